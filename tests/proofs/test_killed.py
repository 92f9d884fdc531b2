"""Functions that end between any two of their calls, and answers that get lost: the end is as if nothing had been."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import Units, check_settled, read_story
from tests.support.world import World

FIRST, SECOND = 71, 72
STEPS = ("import", "accept", "accept item", "split", "fan out", "deliver")


@dataclass
class Job:
    """The main job on an order of its own, one step disturbed; ``calls`` counts what that step calls."""

    shop: Shop
    step: str = ""
    disturbance: Mapping[str, int] | None = None
    calls: int = 0

    @property
    def order(self) -> str:
        return f"O{self.shop.seller_id}"

    def run(self) -> None:
        assert self.shop.subscribe().status == 200
        packages = [wire_package(FIRST, self.order, {1: 3, 2: 1}), wire_package(SECOND, self.order, {1: 2})]
        self.request("import", lambda: self.shop.load(packages))
        self.request("accept", lambda: self.shop.cancel(FIRST, {1: 1}, "key"))
        self.request("accept item", lambda: self.shop.cancel_item(self.order, f"{self.order}_1", 3, 9))
        self.background("split", self.shop.world.stream_once)
        self.background("fan out", self.shop.world.stream_once)
        self.background("deliver", lambda: self.shop.world.deliver(1))
        self.shop.world.settle(1)

    def request(self, name: str, call: Callable[[], Answer]) -> None:
        """A caller that gets no answer repeats, and gets the truth."""
        self.disturb(name)
        answer = call()
        self.count(name)
        if answer.status >= 500:
            answer = call()
        assert answer.status == 200, answer

    def background(self, name: str, work: Callable[[], None]) -> None:
        self.disturb(name)
        work()
        self.shop.world.breaker.arm()
        self.count(name)

    def disturb(self, name: str) -> None:
        self.shop.world.breaker.arm(**(self.disturbance or {} if name == self.step else {}))

    def count(self, name: str) -> None:
        if name == self.step:
            self.calls = self.shop.world.breaker.last_calls

    def ending(self) -> dict[str, Any]:
        """Without what depends on when things were done, and on the order's name."""
        world, seller_id = self.shop.world, self.shop.seller_id
        story = read_story(world.table, seller_id, self.order)
        units = Units(Counter({1: 5, 2: 1}), Counter({1: 4}))
        units.accepted = dict.fromkeys(story.cancellations)
        keys = (f"trendyol#{seller_id}", f"hepsiglobal#channel-{seller_id}")
        amounts = (Counter({1: 1}), Counter({1: 3}))
        for key in story.cancellations:
            units.accepted[key] = amounts[0] if key.startswith(keys[0]) else amounts[1]
        check_settled(story, units)
        told = [page for page in world.told() if page["content"][0]["orderNumber"] == self.order]
        return {
            "packages": {
                package_id: (stored.package.status, [(line.line_id, line.status, line.quantity) for line in lines])
                for package_id, stored in story.packages.items()
                if (lines := stored.package.lines)
            },
            "events": [(int(event["package_id"]), event["status"]) for event in story.events],
            "told": list(dict.fromkeys((each["shipmentPackageId"], each["status"]) for each in contents(told))),
        }


def contents(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [package for page in pages for package in page["content"]]


def killed(call: int) -> dict[str, int]:
    return {"kill_before": call}


def lost(call: int) -> dict[str, int]:
    return {"lose_answer_of": call}


@pytest.mark.parametrize("how", [killed, lost])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_broken_off_anywhere_ends_as_if_it_had_not_been(
    world: World, step: str, how: Callable[[int], dict[str, int]]
) -> None:
    undisturbed = Job(Shop(world, 500), step)
    undisturbed.run()
    expected = undisturbed.ending()
    assert undisturbed.calls > 0
    assert len(expected["told"]) == len(expected["events"]) == 4
    for call in range(1, undisturbed.calls + 1):
        job = Job(Shop(world, 500 + call), step, how(call))
        job.run()
        assert job.ending() == expected, f"call {call} of {undisturbed.calls}"
