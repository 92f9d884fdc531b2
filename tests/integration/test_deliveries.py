"""Deliveries: in order along a lane, once each, by single probes to a receiver that fails."""

from datetime import timedelta
from itertools import pairwise

import pytest
from cleave.application.drain import Outcome
from cleave.application.notify import fan_out
from cleave.application.subscriptions import activate
from cleave.application.wake import sweep, wake_all
from cleave.domain.delivery import DeliveryState, Lane
from cleave.domain.subscription import PassiveReason, SubscriptionStatus, seller_owner
from cleave.store.deliveries import read_deliveries, read_lanes, slot_of
from cleave.store.orders import put_event
from cleave.store.subscriptions import read_subscription
from cleave.store.table import Table
from cleave.store.tracks import Wake, read_circuit, take

from tests.integration.conftest import FrozenClock
from tests.support.telling import (
    OK,
    SELLER,
    DelayQueue,
    Script,
    drainer,
    event,
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


def test_events_of_an_order_are_told_in_order_and_once(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    webhook(table, clock())
    script = Script()
    happen(table, bell, "A", range(1, 4))
    happen(table, bell, "B", range(1, 3))
    bell.run(drainer(table, script, bell))
    assert (script.in_order("A"), script.in_order("B")) == ([1, 2, 3], [1, 2])
    assert [message for message, order, _ in script.told if order == "A"] == [f"{SELLER}-A-{n}" for n in (1, 2, 3)]
    assert bell.run(drainer(table, script, bell)) == []


def test_an_event_that_the_stream_brings_again_is_not_told_again(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()
    happen(table, bell, "A", range(1, 3))
    for sequence in (1, 2, 1):
        assert fan_out(table, bell, event("A", sequence, clock()), clock()) == 0
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_an_event_that_the_stream_brings_too_early_comes_after_those_before_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()
    events = [event("A", sequence, clock()) for sequence in (1, 2, 3)]
    table.write([put_event(each) for each in events])
    for each in (events[2], events[0], events[1]):
        fan_out(table, bell, each, clock())
    bell.run(drainer(table, script, bell))
    assert [message for message, _, _ in script.told] == [f"{SELLER}-A-{n}" for n in (1, 2, 3)]


def test_a_lane_that_lags_far_behind_is_filled_without_a_gap(
    table: Table, clock: FrozenClock, bell: DelayQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleave.store.orders._EVENT_PAGE", 3)
    webhook(table, clock())
    script = Script()
    events = [event("A", sequence, clock()) for sequence in range(1, 9)]
    table.write([put_event(each) for each in events])
    fan_out(table, bell, events[-1], clock())
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == list(range(1, 9))


def test_an_order_number_of_any_characters_makes_a_header_that_can_be_sent(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()
    happen(table, bell, "Sİ.1/ö", range(1, 2))
    bell.run(drainer(table, script, bell))
    assert [message for message, _, _ in script.told] == [f"{SELLER}-S%C4%B0%2E1%2F%C3%B6-1"]


def test_what_happened_before_a_webhook_was_made_is_not_for_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    before = event("A", 1, clock())
    table.write([put_event(before)])
    clock.move(seconds=1)
    webhook(table, clock())
    script = Script()
    fan_out(table, bell, before, clock())
    happen(table, bell, "A", range(2, 3))
    bell.run(drainer(table, script, bell))
    assert [message for message, _, _ in script.told] == [f"{SELLER}-A-2"]


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


def test_a_machine_whose_clock_is_behind_does_not_turn_a_lane_around(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    clock.move(minutes=1)
    script = Script()
    happen(table, bell, "A", range(1, 2))
    clock.move(seconds=-30)
    happen(table, bell, "A", range(2, 3))
    clock.move(seconds=30)
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_a_lane_is_numbered_by_what_its_subscription_wants(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    webhook(table, clock(), statuses=frozenset({"CANCELLED"}))
    script = Script()
    happen(table, bell, "A", range(1, 3))
    bell.run(drainer(table, script, bell))
    assert script.told == []


def test_while_one_holds_a_track_nobody_else_sends(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made = webhook(table, clock())
    script = Script()
    happen(table, bell, "A", range(1, 2))
    (wake,) = bell.wakes
    assert take(table, wake, "another", clock())
    assert bell.run(drainer(table, script, bell)) == [Outcome.HELD]
    assert script.tried == []
    clock.move(minutes=2)
    assert drainer(table, script, bell)(Wake(OWNER, made.subscription_id, wake.track)) is Outcome.DRAINED
    assert script.in_order("A") == [1]


def test_what_is_queued_while_its_track_is_drained_is_drained_too(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()

    def another_happens(*_: object) -> object:
        if len(script.tried) == 0:
            happen(table, bell, "A", range(2, 3))
            bell.sent.clear()  # its message is lost
        return OK

    script.decide = another_happens  # type: ignore[assignment]
    happen(table, bell, "A", range(1, 2))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_a_receiver_that_fails_gets_one_probe_for_each_step_whatever_waits(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script(status(500))
    for order in range(12):
        happen(table, bell, f"O{order}", range(1, 3))
    drain = drainer(table, script, bell)
    bell.run(drain)
    assert len(script.tried) == 3  # that many in a row open the circuit
    tries = []
    for wait in (5, 30, 120, 600):
        before = len(script.tried)
        bell.run_until(drain, clock() + timedelta(seconds=wait))
        tries.append(len(script.tried) - before)
    assert tries == [1, 1, 1, 1]
    assert len(bell.sent) <= 3  # parked lanes of three failures; nothing else is under way


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
    made = webhook(table, clock())
    script = Script(status(500))
    for order in ("A", "B", "C", "D"):
        happen(table, bell, order, range(1, 3))
    drain = drainer(table, script, bell)
    for _ in range(15):
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep(table, bell, clock())
        bell.run(drain)
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    assert (found.status, found.passive_reason) == (SubscriptionStatus.PASSIVE, PassiveReason.FAILING)
    assert len(script.tried) <= 3 + 14  # three to open, and the steps of three days
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
    drain = drainer(table, script, bell)
    for tick in range(20):
        happen(table, bell, f"O{tick}", range(1, 2))
        bell.run_until(drain, clock() + timedelta(hours=6))
        sweep(table, bell, clock())
        bell.run(drain)
        assert script.in_order(f"O{tick}") == [1]
    assert state_of(table, made.subscription_id, "A", 1) is DeliveryState.EXHAUSTED
    assert script.in_order("A") == [2]  # the gap shows that number 1 is lost
    assert 8 < script.tried.count(poison) < 25


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


def test_the_queue_is_no_longer_than_there_are_tracks(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    webhook(table, clock())
    for order in range(30):
        happen(table, bell, f"O{order}", range(1, 2))
    assert len(bell.sent) <= 8


def test_a_lane_with_more_than_can_be_sent_in_time_goes_on_in_another_invocation(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script()

    def slow(*_: object) -> object:
        clock.move(seconds=9)
        return OK

    script.decide = slow  # type: ignore[assignment]
    happen(table, bell, "A", range(1, 8))
    assert bell.run(drainer(table, script, bell)) == [Outcome.MORE, Outcome.MORE, Outcome.DRAINED]
    assert script.in_order("A") == [1, 2, 3, 4, 5, 6, 7]
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    wake_all(table, bell, found, clock())
    assert bell.run(drainer(table, script, bell)) == [Outcome.DRAINED] * 8


def test_tracks_share_the_orders_evenly() -> None:
    tracks = [Lane("s", SELLER, f"O{number}").track for number in range(800)]
    assert all(60 < tracks.count(track) < 140 for track in range(8))
    assert all(first != second for first, second in pairwise(sorted(set(tracks))))
