"""Whatever happens between an event and its receiver: told once it can be, in order, and nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from cleave.application.operate.gauges import read_gauges
from cleave.application.operate.reconcile import reconcile
from cleave.application.read.deliveries import DeliveryQuery, MessageRef, list_deliveries
from cleave.application.split.due_work import Worker
from cleave.application.subscribe.activation import activate, deactivate
from cleave.application.subscribe.webhooks import remove_webhook, rotate_secret, subscribe, update_webhook
from cleave.application.tell import fan_out
from cleave.application.tell.ask_again import replay, resend
from cleave.domain.change import OrderChange
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.events import Event, announce
from cleave.domain.package import Package
from cleave.domain.split import Name, cancel_units
from cleave.domain.status import Status
from cleave.domain.subscription import Authentication, Subscription, channel_owner, seller_owner
from cleave.store import webhook_keys
from cleave.store.changes import write_change
from cleave.store.circuits import read_circuit
from cleave.store.due_packages import read_audience
from cleave.store.subscriptions import is_current
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.failures import Contended
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import (
    OK,
    SELLER,
    DelayQueue,
    Drainer,
    Script,
    channels_wish,
    drainer,
    happen,
    seal,
    status,
    store_event,
    tell,
    webhook,
    wish,
)
from tests.unit.builders import line, package, reservation

OWNER = seller_owner(SELLER)
WORKING, FAILING = "https://working.example", "https://failing.example"


@dataclass(frozen=True)
class Side:
    """The delivery side of the service; ``script`` says what receivers answer."""

    table: Table
    clock: FrozenClock
    bell: DelayQueue
    script: Script
    drain: Drainer

    def run(self, **time: float) -> None:
        """Deliver what is due, and what becomes due in that time."""
        self.bell.run_until(self.drain, self.clock() + timedelta(**time))

    def sweep(self) -> None:
        """The scheduled function, and what it wakes."""
        reconcile(self.table, Worker(self.table, self.bell, TrackingNumbers()), self.clock())
        self.run()

    def store(self, order_number: str, of: Package | None = None) -> Event:
        """The next event of the order, of which nobody is told yet."""
        return store_event(self.table, order_number, self.clock(), of)

    def tell(self, *events: Event) -> None:
        """As the stream does."""
        for event in events:
            tell(self.table, self.bell, event)

    def in_order(self, orders: Iterable[str]) -> dict[str, list[int]]:
        """What the receiver took of each order."""
        return {order: self.script.in_order(order) for order in orders}


@pytest.fixture
def side(table: Table, clock: FrozenClock) -> Side:
    bell, script = DelayQueue(clock), Script()
    return Side(table, clock, bell, script, drainer(table, script, bell))


def cancelled_whole(*lines: int) -> Package:
    """A package of so many lines of one unit each, all cancelled."""
    before = package(*(line(line_id, 1) for line_id in lines))
    taken = reservation(f"trendyol#{SELLER}#all", dict.fromkeys(lines, 1))
    return cancel_units(before, [taken], at=before.created_at, name=Name(1, None)).closed


# ------------------------------------------------------------------------------ an event is told as a whole


def test_an_event_of_many_messages_whose_fan_out_broke_off_is_told_whole_and_before_the_next(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(side.table, seal, channels_wish(side.clock()))
    first = side.store("A", cancelled_whole(*range(1, 61)))

    def throttled(*_: object) -> bool:
        raise ConnectionError("throttled")

    with monkeypatch.context() as broken:
        broken.setattr("cleave.application.tell.fan_out.queue_delivery", throttled)
        with pytest.raises(ConnectionError):
            side.tell(first)
    side.tell(side.store("A", cancelled_whole(1)))
    side.run()
    assert side.script.told == [], "the second event of the order comes after the first"
    side.clock.move(minutes=2)
    side.sweep()
    assert side.script.in_order("A") == list(range(1, 62))


@pytest.mark.parametrize("step", ["queue_delivery", "ring"])
def test_a_recipient_whose_part_of_the_table_is_busy_holds_back_no_other(
    side: Side, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It is the first of three."""
    busy = min(webhook(side.table, side.clock()).subscription_id for _ in range(3))
    real = getattr(fan_out, step)

    def throttled(table: Table, *said: object) -> bool:
        if busy in str(said):
            raise Contended("throttled")
        return bool(real(table, *said))

    with monkeypatch.context() as broken:
        broken.setattr(fan_out, step, throttled)
        with pytest.raises(Contended):
            side.tell(side.store("A"))
        side.run()
        assert side.script.in_order("A") == [1, 1], "the others are told at once"
    side.clock.move(minutes=2)
    side.sweep()
    assert side.script.in_order("A") == [1, 1, 1]


def test_an_event_of_many_messages_goes_on_where_time_or_a_failure_broke_it_off(side: Side) -> None:
    subscribe(side.table, seal, channels_wish(side.clock()))

    def slow_and_refused_once(*_: object) -> Answer:
        side.clock.move(seconds=3)
        return status(500) if len(side.script.tried) == 30 else OK

    side.script.decide = slow_and_refused_once
    side.tell(side.store("A", cancelled_whole(*range(1, 61))))
    side.run(minutes=10)
    assert side.script.in_order("A") == list(range(1, 61))
    assert len(side.script.tried) == 61


@pytest.mark.parametrize("how", ["turned off", "ended"])
def test_a_webhook_that_ends_within_a_large_event_gets_ten_more_of_its_messages_at_most(side: Side, how: str) -> None:
    made = subscribe(side.table, seal, channels_wish(side.clock())).subscription_id
    owner = channel_owner("market")

    def ends(*_: object) -> Answer:
        if len(side.script.tried) == 14:
            if how == "ended":
                remove_webhook(side.table, owner, made)
            else:
                deactivate(side.table, owner, made, side.clock())
        return OK

    side.script.decide = ends
    side.tell(side.store("A", cancelled_whole(*range(1, 61))))
    side.run(minutes=10)
    assert side.script.in_order("A") == list(range(1, 21))
    if how == "turned off":
        activate(side.table, side.bell, owner, made, side.clock())
        side.run()
        assert side.script.in_order("A") == list(range(1, 61))


def test_telling_a_new_webhook_costs_the_same_however_long_the_orders_history_is(side: Side) -> None:
    part, costs = (SELLER, "LONG"), []
    side.store("LONG")
    for _ in range(2):
        made = webhook(side.table, side.clock())
        with Requests(side.table) as sent:
            side.tell(side.store("LONG"))
            side.run()
        costs.append(sent)
        remove_webhook(side.table, OWNER, made.subscription_id)
        order, recipients = read_audience(side.table, [part])[part]
        said = announce(order, [[package(line(1, 1))]] * 90, recipients, order.next_at(side.clock()))
        write_change(side.table, OrderChange(before=order, after=said.order, at=side.clock(), events=said.events))
    assert [number for _, _, number in side.script.told] == [1, 1]
    assert costs[0] == costs[1]


class Requests(list[tuple[str, int]]):
    """Those of the block, each with how many items were read."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.events = table.client.meta.events

    def __enter__(self) -> "Requests":
        self.events.register("after-call.dynamodb", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self.events.unregister("after-call.dynamodb", self._note)

    def _note(self, model: Any, parsed: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        found = [*parsed.get("Items", []), *chain(*parsed.get("Responses", {}).values())]
        self.append((model.name, len(found)))


# --------------------------------------------------------------------------- what was wanted when it happened


def test_what_happened_while_it_was_on_is_told_however_often_it_was_off_since(side: Side) -> None:
    made = webhook(side.table, side.clock())
    late = side.store("A")
    side.clock.move(seconds=0.2)
    deactivate(side.table, OWNER, made.subscription_id, side.clock())
    while_off = side.store("A")
    side.clock.move(seconds=3)
    activate(side.table, side.bell, OWNER, made.subscription_id, side.clock())
    after = side.store("A")
    side.clock.move(minutes=1)  # so late is the stream
    side.tell(late, while_off, after)
    side.run()
    assert side.script.told == [(f"{SELLER}-A-1", "A", 1), (f"{SELLER}-A-3", "A", 2)]


def test_what_happened_before_it_was_turned_off_waits_and_is_told_when_it_is_on(side: Side) -> None:
    made = webhook(side.table, side.clock())
    side.tell(side.store("A"))
    deactivate(side.table, OWNER, made.subscription_id, side.clock())
    side.run()
    assert side.script.tried == []
    side.clock.move(hours=1)
    activate(side.table, side.bell, OWNER, made.subscription_id, side.clock())
    side.run()
    assert side.script.in_order("A") == [1]


def test_a_list_of_statuses_that_is_replaced_while_an_event_waits_is_for_later_events(side: Side) -> None:
    made = webhook(side.table, side.clock(), WORKING, frozenset({Status.CREATED}))
    waiting = side.store("A")
    other = wish(side.clock(), statuses=frozenset({Status.CANCELLED}))
    update_webhook(side.table, side.bell, seal, made.subscription_id, other)
    side.tell(waiting, side.store("A"), side.store("A", cancelled_whole(1)))
    side.run()
    assert side.script.told == [(f"{SELLER}-A-1", "A", 1), (f"{SELLER}-A-3", "A", 2)]


def test_of_several_webhooks_one_deleted_none_is_told_of_a_time_when_it_was_off(side: Side) -> None:
    deleted, off, on = (webhook(side.table, side.clock()).subscription_id for _ in range(3))
    told: list[tuple[str, int]] = []

    def noted(subscription: Subscription, delivery: Delivery) -> Answer:
        told.append((subscription.subscription_id, delivery.event))
        return OK

    side.script.decide = noted
    events = [side.store("A")]
    for each in (deleted, off):
        deactivate(side.table, OWNER, each, side.clock())
    side.clock.move(seconds=20)
    events.append(side.store("A"))
    remove_webhook(side.table, OWNER, deleted)
    side.clock.move(seconds=20)
    events.append(side.store("A"))
    activate(side.table, side.bell, OWNER, off, side.clock())
    events.append(side.store("A"))
    for event in (*reversed(events), *events):
        side.tell(event)
        side.run()
    heard = {each: [event for webhook_id, event in told if webhook_id == each] for each in (deleted, off, on)}
    assert heard == {deleted: [], off: [1, 4], on: [1, 2, 3, 4]}


# ------------------------------------------------------------------------------------- a receiver that fails

ORDERS = [f"O{number}" for number in range(6)]
ALL = {order: [1, 2] for order in ORDERS}


@pytest.fixture
def failing(side: Side) -> str:
    """A webhook that took one order, and has failed since: it is probed in more than ten minutes."""
    made = webhook(side.table, side.clock(), FAILING)
    happen(side.table, side.bell, "done", range(1, 2))
    side.run()
    side.script.decide = lambda subscription, _: OK if subscription.url == WORKING else status(503)
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 3))
    side.run(minutes=20)
    circuit = read_circuit(side.table, made.subscription_id)
    assert circuit is not None
    assert circuit.probe_at is not None
    assert circuit.probe_at - side.clock() > timedelta(minutes=10)
    side.bell.sent.clear()
    side.script.told.clear()
    return made.subscription_id


def test_a_new_url_is_another_receiver_and_is_sent_everything_at_once(side: Side, failing: str) -> None:
    update_webhook(side.table, side.bell, seal, failing, wish(side.clock(), url=WORKING))
    side.run()
    assert side.in_order(ORDERS) == ALL
    assert read_circuit(side.table, failing) is None


@pytest.mark.parametrize("change", ["key", "user", "signature"])
def test_a_receiver_that_is_called_otherwise_from_now_on_is_sent_everything_at_once(
    side: Side, failing: str, change: str
) -> None:
    """It refused us because of our credentials, and its owner has put them right."""
    side.script.decide = None
    other = {"key": {"secret": "right"}, "user": {"authentication": Authentication.BASIC, "username": "right"}}
    if change == "signature":
        rotate_secret(side.table, side.bell, seal, OWNER, failing, side.clock())
    else:
        update_webhook(side.table, side.bell, seal, failing, wish(side.clock(), url=FAILING, **other[change]))
    side.run()
    assert side.in_order(ORDERS) == ALL


@pytest.mark.parametrize("begin", [0, 5], ids=["at first", "probed"])
@pytest.mark.parametrize("change", ["url", "activation"])
def test_a_failure_of_before_the_change_does_not_count_against_the_receiver_of_now(
    side: Side, change: str, begin: int
) -> None:
    """A request is under way while its owner changes the webhook; it is answered 503, with a pause of six hours.

    It is the first one, or, after five failures, a probe.
    """
    made = webhook(side.table, side.clock(), FAILING).subscription_id

    def decide(*_: object) -> Answer:
        tries = len(side.script.tried)
        if tries != begin:
            return status(500) if tries < begin else OK
        if change == "url":
            update_webhook(side.table, side.bell, seal, made, wish(side.clock(), url=WORKING))
        else:
            activate(side.table, side.bell, OWNER, made, side.clock())
        return status(503, retry_after=21600)

    side.script.decide = decide
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 2))
    side.run(seconds=6)
    assert side.in_order(ORDERS) == {order: [1] for order in ORDERS}
    assert read_circuit(side.table, made) is None


def test_a_failure_after_its_webhook_was_deleted_leaves_nothing_behind(side: Side) -> None:
    made = webhook(side.table, side.clock(), FAILING).subscription_id

    def deleted(*_: object) -> Answer:
        remove_webhook(side.table, OWNER, made)
        return status(503)

    side.script.decide = deleted
    happen(side.table, side.bell, "A", range(1, 2))
    side.run(minutes=10)
    assert len(side.script.tried) == 1
    assert side.table.get(webhook_keys.circuit(made)) is None


def test_a_first_failure_that_is_written_while_the_url_changes_opens_no_circuit_of_the_new_one(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = webhook(side.table, side.clock(), FAILING).subscription_id

    def and_then_it_changes(table: Table, subscription: Subscription) -> bool:
        found = is_current(table, subscription)
        if subscription.url == FAILING:
            update_webhook(side.table, side.bell, seal, made, wish(side.clock(), url=WORKING))
        return found

    monkeypatch.setattr("cleave.application.tell.attempt.is_current", and_then_it_changes)
    side.script.decide = lambda subscription, _: OK if subscription.url == WORKING else status(503, retry_after=3600)
    happen(side.table, side.bell, "A", range(1, 2))
    side.run(seconds=6)
    assert (side.script.in_order("A"), read_circuit(side.table, made)) == ([1], None)


@pytest.mark.parametrize("wanted", ["done", "O3"])
def test_what_a_person_asks_for_is_tried_now_whatever_the_circuit_says(side: Side, failing: str, wanted: str) -> None:
    side.script.decide = None
    (row, *_) = list_deliveries(side.table, OWNER, failing, DeliveryQuery(order_number=wanted)).rows
    resend(side.table, side.bell, OWNER, failing, MessageRef(row.place, row.message), side.clock())
    side.run()
    assert side.script.told[0] == (f"{SELLER}-{wanted}-1", wanted, 1)
    assert side.in_order(ORDERS) == ALL


@pytest.mark.parametrize("query", [DeliveryQuery(), DeliveryQuery(order_number="O3"), DeliveryQuery(size=1)])
def test_a_replay_is_tried_now_too_and_raises_no_gauge(side: Side, failing: str, query: DeliveryQuery) -> None:
    side.script.decide = None
    replay(side.table, side.bell, OWNER, failing, query, side.clock())
    side.run()
    assert {order: sorted(set(numbers)) for order, numbers in side.in_order(ORDERS).items()} == ALL
    replay(side.table, side.bell, OWNER, failing, DeliveryQuery(), side.clock())
    gauges = read_gauges(side.table, side.clock())
    assert (gauges.delivery, gauges.failing) == (0, 0)
