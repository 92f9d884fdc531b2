"""Functions that end between any two of their calls, and answers that get lost: the end is as if nothing had been."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import Units, check_settled, ending, read_story
from tests.support.world import World

FIRST, SECOND, THIRD = 71, 72, 73
REQUESTS = ("import", "accept", "accept item", "accept split", "change status")
STEPS = (*REQUESTS, "apply", "apply split", "fan out", "deliver")
IN_SHORT = 4
HOW = ("kill_before", "lose_answer_of", "repeat")


@dataclass
class Job:
    """The main job on an order of its own, one step disturbed; ``calls`` counts what that step calls."""

    shop: Shop
    step: str = ""
    disturbance: dict[str, int] = field(default_factory=dict)
    calls: int = 0

    @property
    def order(self) -> str:
        return f"O{self.shop.seller_id}"

    def run(self) -> None:
        """All steps; what a disturbed one leaves behind is made good at once by whoever brings it again."""
        assert self.shop.subscribe().status == 200
        wanted = {FIRST: {1: 3, 2: 1}, SECOND: {1: 2}, THIRD: {3: 2}}
        packages = [wire_package(package_id, self.order, lines) for package_id, lines in wanted.items()]
        self.request("import", lambda: self.shop.load(packages))
        self.request("change status", lambda: self.shop.notify(FIRST, "Picking"))
        self.request("accept", lambda: self.shop.cancel(FIRST, {1: 1}, "key", keep=True))
        self.request("accept item", lambda: self.shop.cancel_item(self.order, f"{self.order}_1", 3, 9))
        self.background("apply")
        self.request("accept split", lambda: self.shop.split(THIRD, [{3: 1}]))
        self.background("apply split")
        self.background("fan out")
        self.disturb("deliver")
        self.shop.world.deliver(1)
        self.count("deliver")

    def request(self, name: str, call: Callable[[], Answer]) -> None:
        """A caller that gets no answer repeats, and gets the truth."""
        self.disturb(name)
        answer = call()
        self.count(name)
        if answer.status >= 500:
            answer = call()
        assert answer.status == 200, answer

    def background(self, name: str) -> None:
        self.disturb(name)
        self.shop.world.stream_once()
        self.count(name)
        self.shop.world.stream.drain()

    def disturb(self, name: str) -> None:
        self.shop.world.breaker.arm(**(self.disturbance if name == self.step else {}))

    def count(self, name: str) -> None:
        """A request has armed the breaker already; a background step has not."""
        breaker = self.shop.world.breaker
        if name not in REQUESTS:
            breaker.arm()
        if name == self.step:
            self.calls = breaker.last_calls

    def ending(self) -> dict[str, Any]:
        """Also what was told; the order's name, which differs from job to job, left out."""
        world, seller_id = self.shop.world, self.shop.seller_id
        story = read_story(world.table, seller_id, self.order)
        units = Units(Counter({1: 5, 2: 1, 3: 2}), Counter({1: 4}))
        for key in story.cancellations:
            units.accepted[key] = Counter({1: 1 if key.startswith("trendyol") else 3})
        check_settled(story, units)
        told = [page["content"][0] for page in world.told() if page["content"][0]["orderNumber"] == self.order]
        tellings = dict.fromkeys((each["shipmentPackageId"], each["status"]) for each in told)
        return {**ending(story), "told": list(tellings)}


def disturbed_jobs(world: World, step: str, calls: int, *, every_way: bool) -> Iterator[Job]:
    """In the long run each call in every way; in the short one calls all over the step, the ways in turn."""
    ways = ((call, how) for call in range(1, calls + 1) for how in HOW)
    apart = 1 if every_way else max(calls * len(HOW) // IN_SHORT, 1)
    apart += not apart % len(HOW) and apart > 1  # or it would always be the same way
    for number, (call, how) in enumerate(list(ways)[::apart]):
        yield Job(Shop(world, 501 + number), step, {how: call})


def break_everywhere(world: World, step: str, *, every_way: bool) -> int:
    """Compare jobs that were broken off with one that was not. Answers how many there were."""
    undisturbed = Job(Shop(world, 500), step)
    undisturbed.run()
    assert undisturbed.calls > 0
    jobs = list(disturbed_jobs(world, step, undisturbed.calls, every_way=every_way))
    for job in jobs:
        job.run()
    world.settle(1)
    expected = undisturbed.ending()
    assert len(expected["told"]) == len(expected["events"]) == 8
    for job in jobs:
        assert job.ending() == expected, job.disturbance
    return len(jobs)
