"""A state machine over the whole service: what callers, streams, crashes and clocks may do, in any order.

After every step the promises hold for every order; at the end the world settles, and all that was accepted is applied
and told. The model is ``Units``: what was ordered, and what was promised, by line.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cleave.domain.package import Package
from cleave.store import keys
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.promises import Story, Units, check_promises, check_settled, read_story
from tests.support.world import World, scheduled_functions

_sellers = itertools.count(1000)
_ids = itertools.count(100_000)
# A crash before the n-th call, or its answer lost; most often none.
CRASHES = st.one_of(
    st.just({}),
    st.just({}),
    st.integers(1, 6).map(lambda n: {"kill_before": n}),
    st.integers(1, 4).map(lambda n: {"lose_answer_of": n}),
)
MAX_ORDERS = 3
REFUSALS = {400, 404, 409, 422, 429}


@dataclass
class Order:
    """An order with its model, and the requests that it has seen, by key."""

    number: str
    units: Units
    story: Story
    requests: dict[str, tuple[Callable[[], Answer], Counter[int], int]] = field(default_factory=dict)

    def partitions(self) -> set[str]:
        """All that the order is stored in, but its cancellations, which are never written alone."""
        packages = (keys.package(each.seller_id, each.package_id) for each in self.packages())
        return {keys.order_partition(self.number), *(key[keys.PARTITION] for key in packages)}

    def packages(self) -> list[Package]:
        """Live and replaced, the oldest first."""
        return [stored.package for stored in self.story.packages.values()]


@dataclass
class Tally:
    """What a run has done, over all its examples."""

    steps: int = 0
    promises: int = 0
    kills: int = 0
    accepted: int = 0
    refused: int = 0
    splits: int = 0
    events: int = 0


class CleaveMachine(RuleBasedStateMachine):
    """``world`` is set by whoever runs it."""

    world: ClassVar[World]
    tally: ClassVar[Tally] = Tally()

    @initialize(data=st.data(), orders=st.integers(1, 2))
    def open_shop(self, data: st.DataObject, orders: int) -> None:
        """Each example has a seller of its own, with one webhook, in a world where nothing waits."""
        self.shop = Shop(self.world, next(_sellers))
        self.orders: list[Order] = []
        self.keys = itertools.count(1)
        self.world.breaker.arm()
        assert self.shop.subscribe().status == 200
        self.first_told = len(self.world.receiver.requests)
        self.given_up = len(self.world.stream.given_up)
        for _ in range(orders):
            self.import_order(data)

    # ------------------------------------------------------------------------------------------------- callers

    @rule(data=st.data())
    @precondition(lambda self: len(self.orders) < MAX_ORDERS)
    def import_order(self, data: st.DataObject) -> None:
        """Lines 1 to 3; the packages of an order share their items."""
        number = f"N{next(_ids)}"
        packages = data.draw(st.integers(1, 2))
        lines = st.dictionaries(st.integers(1, 3), st.integers(1, 4), min_size=1)
        wanted = [data.draw(lines) for _ in range(packages)]
        wire = [wire_package(next(_ids), number, each) for each in wanted]
        answer = self.request(lambda: self.shop.load(wire), data.draw(CRASHES))
        assert answer.status == 200, answer
        ordered = sum((Counter(each) for each in wanted), Counter())
        story = read_story(self.world.table, self.shop.seller_id, number)
        self.orders.append(Order(number, Units(ordered), story))

    @rule(data=st.data(), crash=CRASHES, keep=st.booleans())
    def cancel_package(self, data: st.DataObject, crash: dict[str, int], *, keep: bool) -> None:
        """Of a live package or a replaced one, from too little to too much."""
        order = data.draw(st.sampled_from(self.orders))
        package = data.draw(st.sampled_from(order.packages()))
        lines = st.sampled_from([line.line_id for line in package.lines])
        units = data.draw(st.dictionaries(lines, st.integers(1, 3), min_size=1, max_size=2))
        key = f"{order.number}-{next(self.keys)}"
        stored = f"trendyol#{self.shop.seller_id}#key#"
        self.cancel(order, stored, Counter(units), lambda: self.shop.cancel(package.package_id, units, key, keep=keep), crash)

    @rule(data=st.data(), crash=CRASHES, line=st.integers(1, 3), quantity=st.integers(1, 4))
    def cancel_item(self, data: st.DataObject, crash: dict[str, int], line: int, quantity: int) -> None:
        """The dialect that names no package."""
        order = data.draw(st.sampled_from(self.orders))
        cancel_id = next(self.keys)
        stored = f"hepsiglobal#channel-{self.shop.seller_id}#{cancel_id}"
        units = Counter({line: quantity})
        item = f"{order.number}_{line}"
        self.cancel(order, stored, units, lambda: self.shop.cancel_item(order.number, item, quantity, cancel_id), crash)

    @rule(data=st.data(), crash=CRASHES)
    @precondition(lambda self: any(order.requests for order in self.orders))
    def repeat(self, data: st.DataObject, crash: dict[str, int]) -> None:
        """Any request that was ever answered, whatever has become of its package; the answer is the first one's."""
        order = data.draw(st.sampled_from([order for order in self.orders if order.requests]))
        key = data.draw(st.sampled_from(sorted(order.requests)))
        call, units, status = order.requests[key]
        answer = self.request(call, crash)
        if status == 200:
            assert answer.status == 200, answer
        elif answer.status == 200:  # what was refused may be possible now
            order.units.accept(key, units)
            order.requests[key] = (call, units, 200)
        self.learn(order)

    def cancel(
        self, order: Order, key: str, units: Counter[int], call: Callable[[], Answer], crash: dict[str, int]
    ) -> None:
        """Judge the answer by the model: no unit is promised twice, and none refused without a reason."""
        before = self.recorded(order)
        answer = self.request(call, crash)
        self.learn(order)
        possible = all(order.units.left(line) >= quantity for line, quantity in units.items())
        if answer.status == 200:
            assert possible, f"accepted {units}, left {order.units}"
            (new,) = self.recorded(order) - before
            assert new.startswith(key)
            order.units.accept(new, units)
            self.tally.accepted += 1
        else:
            assert answer.status in REFUSALS, answer
            assert self.recorded(order) == before, "refused, and yet recorded"
            self.refused_with_reason(order, key, answer, possible=possible)
            self.tally.refused += 1
        order.requests[new if answer.status == 200 else f"{key}{next(self.keys)}"] = (call, units, answer.status)

    def refused_with_reason(self, order: Order, key: str, answer: Answer, *, possible: bool) -> None:
        """In the dialect that names no package, what is there is given; a package is named that is not the live one."""
        document = json.dumps(answer.json)
        if key.startswith("hepsiglobal"):
            assert not possible or "too.many" in document, f"refused {answer.json} with {order.units}"
        replaced = [package for package in order.packages() if package.successor_ids]
        if "replaced" in document:
            assert any(str(package.package_id) in document for package in replaced)

    def request(self, call: Callable[[], Answer], crash: dict[str, int]) -> Answer:
        """A caller repeats what was not answered, and gets the truth."""
        self.world.breaker.arm(**crash)
        answer = call()
        if answer.status >= 500:
            assert crash, answer
            self.tally.kills += 1
            answer = call()
        assert answer.status < 500, answer
        return answer

    def recorded(self, order: Order) -> set[str]:
        """Keys of the cancellations that the order's packages know of."""
        return set(order.story.cancellations)

    def learn(self, order: Order) -> None:
        """Look at the store again."""
        order.story = read_story(self.world.table, self.shop.seller_id, order.number)

    # ------------------------------------------------------------------------------------------- what goes on behind

    @rule(size=st.integers(1, 8), crash=CRASHES)
    def stream_brings_records(self, size: int, crash: dict[str, int]) -> None:
        """A batch cut anywhere; an invocation that ends is bisected and tried again by the next ones."""
        self.world.flow()
        self.world.breaker.arm(**crash)
        self.world.stream.invoke_once(size)
        self.disarm(crash)

    @rule(back=st.integers(1, 12), size=st.integers(1, 6), crash=CRASHES)
    def stream_brings_records_again(self, back: int, size: int, crash: dict[str, int]) -> None:
        """From any earlier one on."""
        self.world.breaker.arm(**crash)
        self.world.stream.redeliver(max(len(self.world.stream.history) - back, 0), size)
        self.disarm(crash)

    @rule(crash=CRASHES, function=st.sampled_from(scheduled_functions()))
    def schedule_fires(self, crash: dict[str, int], function: str) -> None:
        """Reconcile, and whatever else the template has."""
        self.world.breaker.arm(**crash)
        self.world.run(function)
        self.disarm(crash)

    @rule(messages=st.integers(1, 3), crash=CRASHES)
    def queue_brings_messages(self, messages: int, crash: dict[str, int]) -> None:
        """To the delivery function."""
        self.world.breaker.arm(**crash)
        self.world.deliver(messages)
        self.disarm(crash)

    @rule(seconds=st.sampled_from([0.001, 0.5, 2, 61, 301, 4000, 23_000]), works=st.booleans())
    def time_passes(self, seconds: float, *, works: bool) -> None:
        """Up to more than a record's greatest age; meanwhile the receiver goes up or down."""
        self.world.clock.step(seconds)
        self.world.receiver_works = works

    def disarm(self, crash: dict[str, int]) -> None:
        """Count what was broken off."""
        self.tally.kills += bool(crash)
        self.world.breaker.arm()

    # --------------------------------------------------------------------------------------------------- promises

    @invariant()
    def promises_hold(self) -> None:
        """After every step, for every order."""
        self.tally.steps += 1
        written = self.world.breaker.written
        for order in getattr(self, "orders", []):
            # Whatever nobody wrote is as it was when it was last looked at.
            if written & order.partitions():
                self.learn(order)
            check_promises(order.story, order.units)
            self.tally.promises += 5
        written.clear()

    def teardown(self) -> None:
        """Nothing is lost: what was accepted is applied, and everything told in order."""
        if not hasattr(self, "shop"):
            return
        self.world.settle(80)
        for order in self.orders:
            self.learn(order)
            check_settled(order.story, order.units)
            self.told_in_order(order)
            self.tally.splits += sum(bool(package.successor_ids) for package in order.packages())
            self.tally.events += len(order.story.events)

    def told_in_order(self, order: Order) -> None:
        """Each event at least once; the first tellings in the order of the events, unless a record was given up."""
        told = [package for page in self.world.told(self.first_told) for package in page.get("content", [])]
        seen = dict.fromkeys(_transition(each) for each in told if each["orderNumber"] == order.number)
        expected = [(int(event["package_id"]), event["status"]) for event in order.story.events]
        told_all = list(seen) if len(self.world.stream.given_up) == self.given_up else sorted(seen)
        expected = expected if told_all == list(seen) else sorted(expected)
        assert told_all == expected, f"told {list(seen)}, happened {expected}"


def _transition(package: dict[str, Any]) -> tuple[int, str]:
    return package["shipmentPackageId"], package["status"]
