"""All orders of the calls of a few actors, up to two preemptions: each is run once, on the real code.

A preemption is that another actor goes on although the one that ran could. Wherever one ends or sleeps, each of the
others may be next; that costs none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulation.scheduler import Actor, Choice

MOST_PREEMPTIONS = 2


@dataclass(frozen=True)
class Decision:
    """A moment at which one of several could go on: which did, and how many preemptions there were before."""

    options: int
    chosen: int
    costs: int
    preemptions: int


@dataclass
class Chosen(Choice):
    """Follows ``wanted`` for its first decisions, then never preempts. ``made`` is what was decided.

    Only decisions while ``racing`` count; before and after, the first actor that can go on does.
    """

    wanted: Sequence[int]
    racing: bool = False
    made: list[Decision] = field(default_factory=list)

    def step_ms(self) -> int:
        """Each call takes as long."""
        return 1

    def stays(self) -> bool:
        """Each point is a decision."""
        return False

    def pick(self, current: Actor | None, runnable: Sequence[Actor]) -> Actor:
        """Who ran comes first among the options, if it can go on."""
        options = sorted(runnable, key=lambda actor: (actor is not current, actor.name))
        if not self.racing or len(options) == 1:
            return options[0]
        costs = int(options[0] is current)
        place = self.wanted[len(self.made)] if len(self.made) < len(self.wanted) else 0
        before = self.made[-1].preemptions + self.made[-1].costs * (self.made[-1].chosen > 0) if self.made else 0
        self.made.append(Decision(len(options), place, costs, before))
        return options[place]


def schedules(run: Callable[[Chosen], None]) -> Iterator[tuple[int, ...]]:
    """Run every schedule, each from its beginning; what each chose."""
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        wanted = waiting.pop()
        choice = Chosen(wanted)
        run(choice)
        chosen = tuple(decision.chosen for decision in choice.made)
        yield chosen
        for place in range(len(wanted), len(choice.made)):
            decision = choice.made[place]
            if decision.preemptions + decision.costs <= MOST_PREEMPTIONS:
                waiting += [(*chosen[:place], other) for other in range(1, decision.options)]
