"""Receivers that fail: probed one by one, turned off in the end, and told everything once they are back."""

from datetime import timedelta

import pytest
from cleave.application.subscribe.webhooks import activate
from cleave.application.tell.drain import Outcome
from cleave.application.tell.wake import sweep
from cleave.domain.circuit import parse_policy
from cleave.domain.delivery import Answer, DeliveryState, Lane
from cleave.domain.subscription import PassiveReason, Subscription, SubscriptionStatus, seller_owner
from cleave.store.deliveries import read_deliveries, read_lanes, slot_of
from cleave.store.subscriptions import read_status_changes, read_subscription, read_told_of
from cleave.store.tracks import Wake, read_circuit
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.telling import (
    OK,
    SELLER,
    DelayQueue,
    Script,
    drainer,
    happen,
    status,
    webhook,
)

OWNER = seller_owner(SELLER)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


def state_of(table: Table, subscription_id: str, order: str, number: int) -> DeliveryState:
    (lane,) = read_lanes(table, [Lane(subscription_id, SELLER, order)])
    slot = slot_of(subscription_id, f"{lane.times[number - 1]:014}#{SELLER}#{order}#{number:08}")
    (delivery,) = read_deliveries(table, [slot])
    return delivery.state


def test_after_an_outage_no_lane_waits_for_a_schedule_of_its_own(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script(status(500))
    for order in ("A", "B"):
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell)
    for _ in range(3):
        bell.run_until(drain, clock() + timedelta(hours=5))
        sweep(table, bell, clock())
    script.answer = OK
    bell.run_until(drain, clock() + timedelta(hours=6))
    sweep(table, bell, clock())
    bell.run(drain)
    assert (script.in_order("A"), script.in_order("B")) == ([1, 2], [1, 2])


def test_an_event_that_is_queued_while_its_subscription_is_activated_does_not_wait_for_the_next(
    table: Table, clock: FrozenClock, bell: DelayQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = webhook(table, clock())
    script = Script(status(410))
    drain = drainer(table, script, bell)
    happen(table, bell, "A", range(1, 2))
    bell.run(drain)
    clock.move(minutes=1)
    script.answer = OK
    passive = read_told_of(table, SELLER)

    def read_and_then_activated(*_: object) -> list[Subscription]:
        activate(table, bell, OWNER, made.subscription_id, clock())
        bell.run(drain)
        return passive

    monkeypatch.setattr("cleave.application.notify.read_told_of", read_and_then_activated)
    happen(table, bell, "A", range(2, 3))
    bell.run(drain)
    assert script.in_order("A") == [1, 2]


def test_a_drain_that_fails_for_our_own_sake_is_made_good_by_the_sweep(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()

    def no_keys(*_: object) -> Answer:
        raise ConnectionError("no secrets can be opened")

    script.decide = no_keys
    happen(table, bell, "A", range(1, 2))
    with pytest.raises(ConnectionError):
        bell.run(drainer(table, script, bell))
    bell.sent.clear()  # the queue has given up
    script.decide = None
    clock.move(minutes=15)
    assert sweep(table, bell, clock()) == 1
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1]
    assert sweep(table, bell, clock()) == 0


def test_a_lane_that_waits_costs_one_timer_however_many_events_come(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    poison = f"{SELLER}-A-1"
    script = Script(decide=lambda _, delivery: status(400) if delivery.message_id == poison else OK)
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
    webhook(table, clock())
    drain = drainer(table, Script(status(500)), bell)
    happen(table, bell, "A", range(1, 2))
    for order in range(12):
        happen(table, bell, f"O{order}", range(1, 2))
    bell.run(drain)
    wake = Wake(OWNER, read_told_of(table, SELLER)[0].subscription_id, 0)
    with calls_of(table.client) as sent:
        assert drain(wake) is Outcome.NOT_DUE
    assert sent == ["UpdateItem", "BatchGetItem", "UpdateItem"]


def test_a_receiver_that_comes_back_gets_everything_in_order(
    table: Table, clock: FrozenClock, bell: DelayQueue
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
        sweep(table, bell, clock())
    bell.run(drain)
    assert {order: script.in_order(order) for order in orders} == {key: [1, 2] for key in orders}
    assert read_circuit(table, made.subscription_id) is None


def test_retry_after_is_honoured_at_once_and_bounded(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made = webhook(table, clock())
    happen(table, bell, "A", range(1, 2))
    bell.run(drainer(table, Script(status(429, retry_after=600)), bell))
    circuit = read_circuit(table, made.subscription_id)
    assert circuit is not None
    assert circuit.probe_at == clock() + timedelta(minutes=10)
    clock.move(minutes=10)
    bell.run(drainer(table, Script(status(429, retry_after=10**8)), bell))
    circuit = read_circuit(table, made.subscription_id)
    assert circuit is not None
    assert circuit.probe_at == clock() + timedelta(hours=6)


def test_gone_turns_the_subscription_off_and_what_happens_meanwhile_waits(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(status(410))
    happen(table, bell, "A", range(1, 2))
    drain = drainer(table, script, bell)
    bell.run(drain)
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    assert (found.status, found.passive_reason) == (SubscriptionStatus.PASSIVE, PassiveReason.GONE)
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
) -> None:
    made, created = webhook(table, clock()), clock()
    script = Script(status(500))
    for order in ("A", "B", "C", "D"):
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell, parse_policy("10m 1h 6h off 1d"))
    for _ in range(6):
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep(table, bell, clock())
        bell.run(drain)
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    assert (found.status, found.passive_reason) == (SubscriptionStatus.PASSIVE, PassiveReason.FAILING)
    assert len(script.tried) <= 5 + 6  # five to open, and the steps of a day
    (turned,) = read_status_changes(table, OWNER, made.subscription_id)
    assert (turned.status, turned.reason) == ("PASSIVE", "failing")
    assert turned.at - timedelta(days=1) >= created
    assert "subscription.passive" in caplog.messages
    assert "SubscriptionTurnedPassive" in capsys.readouterr().out
    assert sweep(table, bell, clock()) <= 4
    script.answer = OK
    activate(table, bell, OWNER, made.subscription_id, clock())
    bell.run(drain)
    assert {order: script.in_order(order) for order in "ABCD"} == {key: [1, 2] for key in "ABCD"}


def test_an_event_that_alone_is_refused_holds_up_its_own_order_only_and_is_exhausted_in_the_end(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    poison = f"{SELLER}-A-1"
    script = Script(decide=lambda _, delivery: status(400) if delivery.message_id == poison else OK)
    happen(table, bell, "A", range(1, 3))
    drain = drainer(table, script, bell, parse_policy("10m 1h 6h off 1d"))
    for tick in range(8):
        happen(table, bell, f"O{tick}", range(1, 2))
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep(table, bell, clock())
        bell.run(drain)
        assert script.in_order(f"O{tick}") == [1]
    assert state_of(table, made.subscription_id, "A", 1) is DeliveryState.EXHAUSTED
    assert script.in_order("A") == [2]  # the gap shows that number 1 is lost
    assert 3 < script.tried.count(poison) < 10


def test_random_failures_lose_nothing_and_turn_nothing_around(
    table: Table, clock: FrozenClock, bell: DelayQueue
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
        sweep(table, bell, clock())
    assert {order: script.in_order(order) for order in orders} == {key: [1, 2, 3] for key in orders}
    assert len(set(script.told)) == len(script.told)
