"""Functions that end between any two of their calls, and answers that get lost: the end is as if nothing had been."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.support.breaker import Killed
from tests.support.gateway import Answer
from tests.support.orders import Shop
from tests.support.world import World

IN_SHORT = 4
HOW = ("kill_before", "lose_answer_of", "repeat")
DONE = {200, 201, 202, 204}


@dataclass
class Job(ABC):
    """A story of a shop of its own, one step of it disturbed; ``calls`` counts what that step calls."""

    STEPS: ClassVar[tuple[str, ...]]

    shop: Shop
    step: str = ""
    disturbance: dict[str, int] = field(default_factory=dict)
    calls: int = 0

    @abstractmethod
    def run(self) -> None:
        """All steps; what a disturbed one leaves behind is made good by whoever brings it again."""

    @abstractmethod
    def ending(self) -> dict[str, Any]:
        """What became of it, without what differs from shop to shop."""

    @property
    def world(self) -> World:
        """The shop's."""
        return self.shop.world

    def request(self, name: str, call: Callable[[], Answer], again: Callable[[], Answer] | None = None) -> Answer:
        """A caller that gets no answer repeats, and gets the truth; ``again``: what it does instead of the same."""
        self._disturb(name)
        answer = call()
        self._count(name)
        if answer.status >= 500:
            answer = (again or call)()
        assert answer.status in DONE, answer
        return answer

    def background(self, name: str, work: Callable[[], object]) -> None:
        """What nobody waits for, and an end of which nobody sees."""
        self._disturb(name)
        with contextlib.suppress(Exception, Killed):
            work()
        self._count(name)

    def stream(self, name: str) -> None:
        """One invocation on what is new; then the source brings it again."""
        self.background(name, self.world.stream_once)
        self.world.split_and_tell()

    def _disturb(self, name: str) -> None:
        self.world.breaker.arm(**(self.disturbance if name == self.step else {}))

    def _count(self, name: str) -> None:
        """Whoever ends what was disturbed may have armed the breaker already."""
        breaker = self.world.breaker
        calls = breaker.calls or breaker.last_calls
        breaker.arm()
        if name == self.step:
            self.calls = calls


def disturbances(calls: int, *, every_way: bool) -> Iterator[dict[str, int]]:
    """In the long run each call in every way; in the short one calls all over the step, the ways in turn."""
    ways = [{how: call} for call in range(1, calls + 1) for how in HOW]
    apart = 1 if every_way else max(len(ways) // IN_SHORT, 1)
    apart += not apart % len(HOW) and apart > 1  # or it would always be the same way
    yield from ways[::apart]


def break_everywhere(world: World, story: type[Job], step: str, *, every_way: bool) -> int:
    """Compare jobs that were broken off with one that was not. Answers how many there were."""
    undisturbed = story(Shop(world, 500), step)
    undisturbed.run()
    assert undisturbed.calls > 0
    ways = disturbances(undisturbed.calls, every_way=every_way)
    jobs = [story(Shop(world, 501 + number), step, how) for number, how in enumerate(ways)]
    for job in jobs:
        job.run()
    world.settle(1)
    expected = undisturbed.ending()
    for job in jobs:
        assert job.ending() == expected, (step, job.disturbance)
    return len(jobs)
