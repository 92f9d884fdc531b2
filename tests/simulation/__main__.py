"""``make simulate SEEDS=1..10000``: run seeds, and print those in which a promise was broken.

One seed alone is replayed and, if it fails, shrunk.
"""

import sys
import time
from dataclasses import dataclass
from typing import Annotated

import typer
from cleave_cli.console import console

from tests.simulation.plan import Plan, make_plan
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import shrink

_EACH = 1000


@dataclass
class Total:
    """Of all runs so far."""

    seeds: int = 0
    failed: int = 0
    steps: int = 0
    days: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.failed += bool(outcome.broken)
        self.steps += outcome.steps
        self.days += outcome.days

    def show(self) -> None:
        """With how fast it was."""
        seconds = time.process_time()
        say(
            f"{self.seeds} seeds, {self.failed} failed: {self.steps} calls in {self.days:.0f} simulated days, "
            f"{seconds:.0f} s of CPU, {self.steps / seconds:.0f} calls a second"
        )


def say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def tell_story(plan: Plan, outcome: Outcome) -> None:
    """What was to happen, what did, and what was broken."""
    say(f"{plan.rates}, switch {plan.switch}, schedule {plan.schedule}")
    for line in (*outcome.lines, *(f"BROKEN {each}" for each in outcome.broken)):
        say(line[:400])


def replay(seed: int, total: Total) -> None:
    """One seed, with its story; the story of the smallest plan that fails as it does."""
    plan = make_plan(seed)
    outcome = run(plan)
    total.add(outcome)
    tell_story(plan, outcome)
    if outcome.broken:
        smallest = shrink(plan)
        say(f"Shrunk from {plan.size} to {smallest.plan.size} ops:")
        for name, script in smallest.plan.scripts.items():
            say(f"{name}: {[(op.kind, op.wait_ms, op.numbers) for op in script]}")
        tell_story(smallest.plan, smallest.outcome)


def main(seeds: Annotated[str, typer.Argument(help="One seed, or a range such as 1..10000.")] = "1..500") -> None:
    """Status 1 if a promise was broken."""
    first, _, last = seeds.partition("..")
    total = Total()
    if not last:
        replay(int(first), total)
    for seed in range(int(first), int(last) + 1) if last else ():
        outcome = run(make_plan(seed))
        total.add(outcome)
        if outcome.broken:
            say(f"seed {seed}: {len(outcome.broken)} broken, the first: {outcome.broken[0][:400]}")
        if total.seeds % _EACH == 0:
            total.show()
    total.show()
    sys.exit(bool(total.failed))


if __name__ == "__main__":
    typer.run(main)
