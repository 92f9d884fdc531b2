"""The long run of all proofs: ``python -m tests.proofs.soak``. Ends with a summary; status 1 if a promise broke."""

import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from cleave_cli.console import console, notes
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir
from cleave_cli.quiet import quiet
from rich.progress import Progress
from rich.table import Table

from tests.proofs.killed import break_everywhere
from tests.proofs.killed_stories import STORIES
from tests.proofs.machine import CleaveMachine, Tally, run_examples
from tests.proofs.races import CALLERS, RACES, Arena, Race
from tests.support.world import World, running_world

# Of the time: the model gets what the others leave.
RACES_SHARE, KILLS_SHARE = 0.25, 0.35
# Violations after which a part of the run is given up.
ENOUGH = 5


@dataclass
class Soak:
    """What was done, and what went wrong. Time is up at ``end``; what has begun is brought to its end."""

    endpoint: str
    progress: Progress
    seconds: float
    began: float = field(default_factory=time.monotonic)
    races: int = 0
    answers: int = 0
    kills: int = 0
    violations: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Kills first, then races, then the model until time is up."""
        bar = self.progress.add_task("Soak", total=self.seconds)
        parts = ((KILLS_SHARE, self.kill), (KILLS_SHARE + RACES_SHARE, self.race), (1.0, self.model))
        for share, each_of in parts:
            self.say(f"{each_of.__name__}: {self.found}")
            with closing(each_of()) as proofs:
                for proof in proofs:
                    self.watched(proof)
                    done = min(time.monotonic() - self.began, self.seconds)
                    self.progress.update(bar, completed=done, description=f"{each_of.__name__}: {self.found}")
                    if time.monotonic() - self.began >= self.seconds * share or len(self.violations) >= ENOUGH:
                        break

    @property
    def found(self) -> str:
        """So far."""
        return f"{self.kills} kills, {self.races} races, {len(self.violations)} violations"

    def say(self, text: str) -> None:
        """Where nobody sees the bar move, as in a file."""
        if not self.progress.console.is_terminal:
            self.progress.console.print(f"{time.monotonic() - self.began:.0f} s  {text}")

    def watched(self, proof: Callable[[], None]) -> None:
        """A violation ends neither the run nor its count."""
        try:
            proof()
        except Exception as broken:  # noqa: BLE001 - Hypothesis wraps what it finds in errors of its own
            self.violations.append(f"{type(broken).__name__}: {broken}"[:2000])

    def kill(self) -> Generator[Callable[[], None]]:
        """Every call of every step, in every way, once."""
        for step in STORIES:
            yield lambda step=step: self.kill_in(step)  # type: ignore[misc]

    def kill_in(self, step: str) -> None:
        with self.world() as world:
            self.kills += break_everywhere(world, STORIES[step], step, every_way=True)

    def race(self) -> Generator[Callable[[], None]]:
        """Round after round of all races."""
        with self.world() as world:
            arena = Arena(world)
            while True:
                for race in RACES:
                    yield lambda race=race: self.race_in(arena, race)  # type: ignore[misc]

    def race_in(self, arena: Arena, race: Race) -> None:
        race(arena)
        self.races, self.answers = arena.rounds, arena.answers.total()

    def model(self) -> Generator[Callable[[], None]]:
        """Examples with new seeds, in a fresh world every now and then: a table that grows makes the engine slow."""
        number = int(time.time())  # other examples in every run; Hypothesis prints those that fail
        while True:
            with self.world() as world:
                CleaveMachine.world = world
                for _ in range(20):
                    number += 1
                    yield lambda number=number: run_examples(number)  # type: ignore[misc]

    @contextmanager
    def world(self) -> Iterator[World]:
        """A table of its own."""
        with running_world(self.endpoint, f"soak-{uuid4().hex[:12]}") as world:
            yield world


def main(minutes: Annotated[float, typer.Option(help="About as long as this.")] = 10.0) -> None:
    """Try to break the promises."""
    CleaveMachine.tally = Tally()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_engine(StateDir(Path(folder))) as engine,
        Progress(console=notes) as progress,
        quiet(),
    ):
        soak = Soak(engine.endpoint, progress, minutes * 60)
        soak.run()
    summarise(soak, CleaveMachine.tally)
    raise typer.Exit(bool(soak.violations))


def summarise(soak: Soak, tally: Tally) -> None:
    """What was tried, and what broke."""
    table = Table(title=f"{time.monotonic() - soak.began:.0f} s")
    for column in ("tried", "times"):
        table.add_column(column)
    rows = {
        "steps of the model": tally.steps,
        "… cancellations accepted, refused": f"{tally.accepted}, {tally.refused}",
        "… splits, events told": f"{tally.splits}, {tally.events}",
        f"races of up to {CALLERS} callers": soak.races,
        "… answers": soak.answers,
        "kills, lost answers, repeats": soak.kills + tally.kills,
        "promises checked": tally.promises,
        "violations": len(soak.violations),
    }
    for what, times in rows.items():
        table.add_row(what, str(times))
    console.print(table)
    for violation in soak.violations:
        console.print(violation, markup=False)


if __name__ == "__main__":
    typer.run(main)
