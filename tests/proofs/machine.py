"""A state machine over the whole service: what callers, streams, crashes and clocks may do, in any order.

After every step the promises hold for every order; at the end the world settles, and all that was accepted is applied
and told. The model is ``Units``: what was ordered, and what was promised, by line.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cleave.dialects.trendyol.packages import render_package
from cleave.domain.domain_events import Topic
from cleave.domain.package import Package
from cleave.domain.status import CANCELLABLE
from cleave.entry.wire import to_json
from cleave.store import keys, order_keys
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import Story, Units, check_promises, check_settled, read_story
from tests.support.world import World, scheduled_functions

_sellers = itertools.count(1000)
_ids = itertools.count(100_000)
# A crash before the n-th call, its answer lost, or lost and repeated by the SDK; most often none.
CRASHES: st.SearchStrategy[dict[str, int]] = st.one_of(
    st.just({}),
    st.just({}),
    st.integers(1, 6).map(lambda n: {"kill_before": n}),
    st.integers(1, 4).map(lambda n: {"lose_answer_of": n}),
    st.integers(1, 4).map(lambda n: {"repeat": n}),
)
# One of whatever there is: what is drawn must not depend on what the world is like, or nothing could be replayed.
PLACES = st.integers(0, 999)
LEFT = st.sampled_from(["Shipped", "AtCollectionPoint", "UnDelivered", "Delivered", "Returned", "SomeWord"])
LINES = st.dictionaries(st.integers(1, 3), st.integers(1, 9), min_size=1)
UNITS = st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1, max_size=2)
MAX_ORDERS = 8
REFUSALS = {400, 404, 409, 422, 429}


@dataclass
class Request:
    """A cancellation that a caller asked for; ``recorded`` is its key in the store once it was accepted."""

    send: Callable[[], Answer]
    units: Counter[int]
    recorded: str | None = None


@dataclass
class Order:
    """An order with its model, and the requests that it has seen; ``promised`` are packages of accepted splits."""

    number: str
    units: Units
    story: Story
    requests: list[Request] = field(default_factory=list)
    promised: dict[int, dict[int, int]] = field(default_factory=dict)

    def partitions(self) -> set[str]:
        """All that the order is stored in, but its cancellations, which are never written alone."""
        packages = (order_keys.package(each.seller_id, each.package_id) for each in self.packages())
        return {order_keys.order_partition(self.number), *(key[keys.PARTITION] for key in packages)}

    def can_give(self, line_id: int) -> int:
        """Units that nobody was promised and that have not left."""
        states = [state.availability for state in self.story.packages.values()]
        return sum(state.left.get(line_id, 0) for state in states if state.status in CANCELLABLE)

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

    @initialize(first=st.lists(LINES, min_size=1, max_size=2))
    def open_shop(self, first: list[dict[int, int]]) -> None:
        """Each example has a seller of its own, with one webhook, in a world where nothing waits."""
        self.shop = Shop(self.world, next(_sellers))
        self.orders: list[Order] = []
        self.keys = itertools.count(1)
        self.world.breaker.arm()
        self.webhook_id = self.shop.subscribe().json["id"]
        self.first_told = len(self.world.receiver.requests)
        self.import_order(first, {})

    # ------------------------------------------------------------------------------------------------- callers

    @rule(packages=st.lists(LINES, min_size=1, max_size=2), crash=CRASHES)
    def import_order(self, packages: list[dict[int, int]], crash: dict[str, int]) -> None:
        """Lines 1 to 3; the packages of an order share their items."""
        if len(self.orders) == MAX_ORDERS:
            return
        number = f"N{next(_ids)}"
        wire = [wire_package(next(_ids), number, each) for each in packages]
        assert self.request(lambda: self.shop.load(wire), crash).status == 200
        ordered = sum((Counter(each) for each in packages), Counter())
        story = read_story(self.world.table, self.shop.seller_id, number)
        self.orders.append(Order(number, Units(ordered), story))

    @rule(place=PLACES, of=PLACES, units=UNITS, crash=CRASHES, keep=st.booleans())
    def cancel_package(self, place: int, of: int, units: dict[int, int], crash: dict[str, int], *, keep: bool) -> None:
        """Of a live package or a replaced one, from too little to too much."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        units = {pick(package.lines, line).line_id: quantity for line, quantity in units.items()}
        key = f"{order.number}-{next(self.keys)}"
        self.ask(
            order, Request(lambda: self.shop.cancel(package.package_id, units, key, keep=keep), Counter(units)), crash
        )

    @rule(place=PLACES, line=st.integers(1, 3), quantity=st.integers(1, 4), crash=CRASHES)
    def cancel_item(self, place: int, line: int, quantity: int, crash: dict[str, int]) -> None:
        """The dialect that names no package."""
        order = pick(self.orders, place)
        cancel_id, item = next(self.keys), f"{order.number}_{line}"
        request = Request(
            lambda: self.shop.cancel_item(order.number, item, quantity, cancel_id), Counter({line: quantity})
        )
        self.ask(order, request, crash)
        is_there = order.can_give(line) >= quantity
        waits = self.contended or order.story.planned
        assert request.recorded or not is_there or waits, f"refused, with {order.units}"

    @rule(place=PLACES, which=PLACES, crash=CRASHES)
    def repeat(self, place: int, which: int, crash: dict[str, int]) -> None:
        """Any request that was ever sent, whatever has become of its package: what was accepted stays so."""
        order = pick(self.orders, place)
        if order.requests:
            self.ask(order, pick(order.requests, which), crash)

    @rule(place=PLACES, of=PLACES, status=st.sampled_from(["Picking", "Invoiced"]), crash=CRASHES)
    def change_status(self, place: int, of: int, status: str, crash: dict[str, int]) -> None:
        """Of a package that may just be about to be split."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        self.say(order, lambda: self.shop.notify(package.package_id, status), crash)

    @rule(place=PLACES, of=PLACES, status=LEFT, units=st.one_of(st.none(), UNITS), crash=CRASHES)
    def report(self, place: int, of: int, status: str, units: dict[int, int] | None, crash: dict[str, int]) -> None:
        """A carrier says how far a package is, or some units of it, whatever waits on it."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        named = {pick(package.lines, line).line_id: quantity for line, quantity in (units or {}).items()}
        self.say(order, lambda: self.shop.report(package.package_id, status, named), crash)

    @rule(place=PLACES, of=PLACES, status=st.one_of(st.none(), LEFT, st.just("Picking")), crash=CRASHES)
    def export(self, place: int, of: int, status: str | None, crash: dict[str, int]) -> None:
        """The marketplace's word for a package, new or as it is."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        shown = json.loads(to_json(render_package(package, old_names=True)))
        exported = {**shown, **({} if status is None else {"status": status}), "lastModifiedDate": None}
        self.say(order, lambda: self.shop.load([exported]), crash)

    @rule(place=PLACES, of=PLACES, number=st.sampled_from(["S1", "S2"]), crash=CRASHES)
    def feed_tracking(self, place: int, of: int, number: str, crash: dict[str, int]) -> None:
        """Nobody is told of it; it must not bring back what was taken out meanwhile."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        self.say(order, lambda: self.shop.feed_tracking(package.package_id, number), crash)

    @rule(place=PLACES, of=PLACES, groups=st.lists(UNITS, min_size=1, max_size=2), crash=CRASHES)
    def split(self, place: int, of: int, groups: list[dict[int, int]], crash: dict[str, int]) -> None:
        """The ids that are answered hold what was asked for, once the stream has been there."""
        order = pick(self.orders, place)
        package = pick(order.packages(), of)
        named = [{pick(package.lines, line).line_id: units for line, units in group.items()} for group in groups]
        answer = self.say(order, lambda: self.shop.split(package.package_id, named), crash)
        if answer.status == 200:
            order.promised |= dict(zip(answer.json["newPackageIds"], named, strict=True))

    def say(self, order: Order, call: Callable[[], Answer], crash: dict[str, int]) -> Answer:
        """What moves no units."""
        answer = self.request(call, crash)
        assert answer.status in {200, *REFUSALS}, answer
        self.learn(order)
        return answer

    def ask(self, order: Order, request: Request, crash: dict[str, int]) -> None:
        """Judge the answer by the model: no unit is promised twice, nothing forgotten, nothing half done."""
        before = set(order.story.cancellations)
        answer = self.request(request.send, crash)
        self.learn(order)
        new = set(order.story.cancellations) - before
        self.contended = "contended" in json.dumps(answer.json)
        if request not in order.requests:
            order.requests.append(request)
        if answer.status != 200:
            assert answer.status in REFUSALS, answer
            assert not new, "refused, and yet recorded"
            assert not request.recorded, f"accepted, and then {answer}"
            self.tally.refused += 1
        elif request.recorded:
            assert not new, "recorded twice"
        else:
            assert all(order.units.left(line) >= quantity for line, quantity in request.units.items())
            (request.recorded,) = new
            order.units.accept(request.recorded, request.units)
            self.tally.accepted += 1

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
        if not hasattr(self, "first_told"):
            return
        self.world.breaker.arm()
        self.shop.activate(self.webhook_id)
        self.world.settle(80)
        for order in self.orders:
            self.learn(order)
            check_settled(order.story, order.units)
            self.told_in_order(order)
            for package_id, units in order.promised.items():
                lines = order.story.packages[package_id].package.lines
                held = sum((Counter({line.line_id: line.quantity}) for line in lines), Counter())
                assert held == Counter(units), f"{package_id} has {held}"
            self.tally.splits += sum(bool(package.successor_ids) for package in order.packages())
            self.tally.events += len(order.story.events)

    def told_in_order(self, order: Order) -> None:
        """Each event at least once, under one id, the first tellings in the order of the events, without a gap."""
        told = [each for each in self.world.receiver.requests[self.first_told :] if order.number.encode() in each.body]
        first = {each.headers["webhook-id"]: each for each in reversed(told)}
        in_order = list(dict.fromkeys(each.headers["webhook-id"] for each in told))
        tellings = [_transition(json.loads(first[each].body)) for each in in_order]
        events = [event for event in order.story.events if event.topic is Topic.STATUS]  # nobody is told of numbers
        expected = [(event.package_id, event.status) for event in events]
        assert tellings == expected, f"told {tellings}, happened {expected}"
        numbers = [int(first[each].headers["webhook-sequence"]) for each in in_order]
        assert numbers == list(range(1, len(expected) + 1)), f"numbered {numbers}"


def pick[T](these: Sequence[T], place: int) -> T:
    """One of these, whatever their number."""
    return these[place % len(these)]


def _transition(body: dict[str, Any]) -> tuple[int, str]:
    (package,) = body["content"]
    return package["shipmentPackageId"], package["status"]


def run_examples(number: int) -> None:
    """Three examples of a hundred steps at most; other ones for each ``number``. Shrinking would take minutes."""
    run_state_machine_as_test(
        seed(number)(CleaveMachine),
        settings=settings(
            max_examples=3,
            stateful_step_count=100,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
