"""Receivers that fail: probed one by one, turned off in the end, and told everything once they are back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cleave.application.operate.reconcile import Reconciled, reconcile
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.application.split.due_work import Worker
from cleave.application.subscribe.activation import activate
from cleave.application.tell.attempt import NotSent
from cleave.application.tell.drain import DrainResult
from cleave.application.tell.wake_queue import Wake
from cleave.domain.circuit import Circuit, parse_policy
from cleave.domain.delivery import Answer, DeliveryState
from cleave.domain.events import track_of
from cleave.domain.subscription import PassiveReason, Subscription, SubscriptionStatus, seller_owner
from cleave.store.circuits import read_circuit
from cleave.store.subscriptions import read_subscription
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.telling import (
    OK,
    SELLER,
    TRACKS,
    DelayQueue,
    Script,
    drainer,
    happen,
    status,
    store_event,
    tell,
    webhook,
)

OWNER = seller_owner(SELLER)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


@pytest.fixture
def sweep(table: Table, clock: FrozenClock, bell: DelayQueue) -> Callable[[], Reconciled]:
    """The scheduled function."""
    return lambda: reconcile(table, Worker(table, bell, TrackingNumbers()), clock())


def found(table: Table, subscription_id: str) -> Subscription:
    subscription = read_subscription(table, OWNER, subscription_id)
    assert subscription is not None
    return subscription


def circuit_of(table: Table, subscription_id: str) -> Circuit:
    circuit = read_circuit(table, subscription_id)
    assert circuit is not None
    return circuit


def states_of(table: Table, subscription_id: str, order: str) -> list[DeliveryState]:
    page = list_deliveries(table, OWNER, subscription_id, DeliveryQuery(order_number=order))
    return [row.state for row in page.rows]


def test_after_an_outage_no_lane_waits_for_a_schedule_of_its_own(
    table: Table, clock: FrozenClock, bell: DelayQueue, sweep: Callable[[], Reconciled]
) -> None:
    webhook(table, clock())
    script = Script(status(500))
    for order in ("A", "B"):
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell)
    for _ in range(3):
        bell.run_until(drain, clock() + timedelta(hours=5))
        sweep()
    script.answer = OK
    bell.run_until(drain, clock() + timedelta(hours=6))
    sweep()
    bell.run(drain)
    assert (script.in_order("A"), script.in_order("B")) == ([1, 2], [1, 2])


def test_an_event_that_happens_while_its_subscription_is_activated_does_not_wait_for_the_next(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(status(410))
    drain = drainer(table, script, bell)
    happen(table, bell, "A", range(1, 2))
    bell.run(drain)
    clock.move(minutes=1)
    script.answer = OK
    passive = store_event(table, "A", clock())  # as its split saw it
    activate(table, bell, OWNER, made.subscription_id, clock())
    bell.run(drain)
    tell(table, bell, passive)
    bell.run(drain)
    assert script.in_order("A") == [1, 2]


@pytest.mark.parametrize("place", ["cleave.application.tell.drain.read_drain_input", None])
def test_a_drain_that_fails_for_our_own_sake_is_made_good_by_the_sweep(
    table: Table,
    clock: FrozenClock,
    bell: DelayQueue,
    monkeypatch: pytest.MonkeyPatch,
    sweep: Callable[[], Reconciled],
    place: str | None,
) -> None:
    """Something of the table cannot be read, or no secrets can be opened."""
    made = webhook(table, clock())
    script = Script()
    drain = drainer(table, script, bell)

    def fails(*_: object) -> Answer:
        raise NotSent

    happen(table, bell, "A", range(1, 2))
    with monkeypatch.context() as broken:
        if place is None:
            broken.setattr(script, "decide", fails)
        else:
            broken.setattr(place, fails)
        with pytest.raises(NotSent):
            bell.run(drain)
    bell.sent.clear()  # the queue has given up
    clock.move(minutes=15)
    assert read_circuit(table, made.subscription_id) is None
    assert sweep().woken == 1
    bell.run(drain)
    assert script.in_order("A") == [1]
    assert sweep().woken == 0


def test_what_a_sender_raises_is_a_failed_attempt_with_a_circuit_and_a_schedule(
    table: Table, clock: FrozenClock, bell: DelayQueue, sweep: Callable[[], Reconciled]
) -> None:
    made = webhook(table, clock())

    def overflow(*_: object) -> Answer:
        raise OverflowError("no such date")

    script = Script(decide=overflow)
    happen(table, bell, "A", range(1, 2))
    drain = drainer(table, script, bell, parse_policy("10m 1h 6h off 1d"))
    for _ in range(12):
        bell.run_until(drain, clock() + timedelta(hours=2))
        sweep()
        bell.run(drain)
    (row,) = list_deliveries(table, OWNER, made.subscription_id, DeliveryQuery()).rows
    assert row.outcome is not None
    assert (row.state, row.outcome.answer, row.outcome.attempts > 2) == (DeliveryState.WAITING, "OverflowError", True)
    assert circuit_of(table, made.subscription_id).failures == row.outcome.attempts


def test_a_lane_that_waits_costs_one_timer_however_many_events_come(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    poison = f"{SELLER}-A-1"
    script = Script(decide=lambda _, delivery: status(400) if delivery.message_id(0) == poison else OK)
    drain = drainer(table, script, bell)
    happen(table, bell, "A", range(1, 2))
    bell.run(drain)
    for sequence in range(2, 12):
        happen(table, bell, "A", range(sequence, sequence + 1))
        bell.run(drain)
    assert len(bell.sent) == 1
    assert script.tried == [poison]


def test_a_receiver_that_fails_gets_one_probe_for_each_step_whatever_waits(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script(status(500))
    for order in range(12):
        happen(table, bell, f"O{order}", range(1, 3))
    drain = drainer(table, script, bell)
    bell.run(drain)
    assert len(script.tried) == 5  # that many in a row open the circuit
    tries = []
    for wait in (5, 30, 120, 600):
        before = len(script.tried)
        bell.run_until(drain, clock() + timedelta(seconds=wait))
        tries.append(len(script.tried) - before)
    assert tries == [1, 1, 1, 1]
    assert len(bell.sent) <= 5  # timers of the lanes that failed; nothing else is under way


def test_an_event_for_a_receiver_that_fails_does_not_read_what_waits_for_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    drain = drainer(table, Script(status(500)), bell)
    for order in range(40):
        happen(table, bell, f"O{order}", range(1, 2))
    bell.run(drain)
    assert circuit_of(table, made.subscription_id).is_open
    bell.sent.clear()
    with calls_of(table.client) as sent:
        happen(table, bell, "A", range(1, 2))
        woken = bell.run(drain)
    shut = [call for call in sent if call in {"Query", "BatchGetItem"}]
    assert (woken, len(shut)) == ([], 1)  # the track is shut, so that nobody is woken; one read is the split's


def test_a_track_of_a_receiver_that_fails_is_looked_at_once_and_shut(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    drain = drainer(table, Script(status(500)), bell)
    for order in range(40):
        happen(table, bell, f"O{order}", range(1, 2))
    bell.run(drain)
    wake = Wake(made.subscription_id, track_of(SELLER, "O0", TRACKS))
    with calls_of(table.client) as sent:
        assert drain(wake) is DrainResult.NOTHING_DUE
    assert sent == ["UpdateItem"]


def test_a_receiver_that_comes_back_gets_everything_in_order(
    table: Table, clock: FrozenClock, bell: DelayQueue, sweep: Callable[[], Reconciled]
) -> None:
    made = webhook(table, clock())
    script = Script(status(503))
    orders = [f"O{order}" for order in range(4)]
    for order in orders:
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell)
    bell.run_until(drain, clock() + timedelta(hours=1))
    assert script.told == []
    script.answer = OK
    for _ in range(8):
        bell.run_until(drain, clock() + timedelta(minutes=25))
        sweep()
    bell.run(drain)
    assert {order: script.in_order(order) for order in orders} == {key: [1, 2] for key in orders}
    assert read_circuit(table, made.subscription_id) is None


def test_retry_after_is_honoured_at_once_and_bounded(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made = webhook(table, clock())
    happen(table, bell, "A", range(1, 2))
    bell.run(drainer(table, Script(status(429, retry_after=600)), bell))
    assert circuit_of(table, made.subscription_id).probe_at == clock() + timedelta(minutes=10)
    clock.move(minutes=10)
    bell.run(drainer(table, Script(status(429, retry_after=10**8)), bell))
    assert circuit_of(table, made.subscription_id).probe_at == clock() + timedelta(hours=6)


def test_gone_turns_the_subscription_off_and_what_happens_meanwhile_waits(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(status(410))
    happen(table, bell, "A", range(1, 2))
    drain = drainer(table, script, bell)
    bell.run(drain)
    passive = found(table, made.subscription_id)
    assert (passive.status, passive.passive_reason) == (SubscriptionStatus.PASSIVE, PassiveReason.GONE)
    happen(table, bell, "A", range(2, 4))
    bell.run_until(drain, clock() + timedelta(hours=1))
    assert len(script.tried) == 1
    script.answer = OK
    activate(table, bell, OWNER, made.subscription_id, clock())
    bell.run(drain)
    assert script.in_order("A") == [1, 2, 3]


def test_a_subscription_that_fails_for_the_whole_window_becomes_passive_and_loses_nothing(
    table: Table,
    clock: FrozenClock,
    bell: DelayQueue,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    sweep: Callable[[], Reconciled],
) -> None:
    made, created = webhook(table, clock()), clock()
    script = Script(status(500))
    for order in ("A", "B", "C", "D"):
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell, parse_policy("10m 1h 6h off 1d"))
    for _ in range(6):
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep()
        bell.run(drain)
    passive = found(table, made.subscription_id)
    assert (passive.status, passive.passive_reason) == (SubscriptionStatus.PASSIVE, PassiveReason.FAILING)
    assert len(script.tried) <= 5 + 6  # five to open, and the steps of a day
    (turned,) = passive.turns
    assert (turned.status, turned.reason) == ("PASSIVE", "failing")
    assert turned.at - timedelta(days=1) >= created
    assert "subscription.passive" in caplog.messages
    assert "SubscriptionTurnedPassive" in capsys.readouterr().out
    assert sweep().woken == 0
    script.answer = OK
    activate(table, bell, OWNER, made.subscription_id, clock())
    bell.run(drain)
    assert {order: script.in_order(order) for order in "ABCD"} == {key: [1, 2] for key in "ABCD"}


def test_an_event_that_alone_is_refused_holds_up_its_own_order_only_and_is_exhausted_in_the_end(
    table: Table, clock: FrozenClock, bell: DelayQueue, sweep: Callable[[], Reconciled]
) -> None:
    made = webhook(table, clock())
    poison = f"{SELLER}-A-1"
    script = Script(decide=lambda _, delivery: status(400) if delivery.message_id(0) == poison else OK)
    happen(table, bell, "A", range(1, 3))
    drain = drainer(table, script, bell, parse_policy("10m 1h 6h off 1d"))
    for tick in range(8):
        happen(table, bell, f"O{tick}", range(1, 2))
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep()
        bell.run(drain)
        assert script.in_order(f"O{tick}") == [1]
    assert states_of(table, made.subscription_id, "A") == [DeliveryState.EXHAUSTED, DeliveryState.DELIVERED]
    assert script.in_order("A") == [2]  # the gap shows that number 1 is lost
    assert 3 < script.tried.count(poison) < 10


def test_random_failures_lose_nothing_and_turn_nothing_around(
    table: Table, clock: FrozenClock, bell: DelayQueue, sweep: Callable[[], Reconciled]
) -> None:
    webhook(table, clock())
    count = iter(range(10**6))
    script = Script(decide=lambda *_: status(500) if next(count) * 7919 % 10 < 4 else OK)
    orders = [f"O{order}" for order in range(5)]
    drain = drainer(table, script, bell)
    for sequence in range(1, 4):
        for order in orders:
            happen(table, bell, order, range(sequence, sequence + 1))
        bell.run(drain)
    for _ in range(30):
        bell.run_until(drain, clock() + timedelta(minutes=5))
        sweep()
    assert {order: script.in_order(order) for order in orders} == {key: [1, 2, 3] for key in orders}
    assert len(set(script.told)) == len(script.told)
