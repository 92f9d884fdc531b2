"""Deliveries: in order along a lane, once each, one holder of a track at a time."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from cleave.application.operate.reconcile import PATIENCE, reconcile
from cleave.application.split.due_work import Worker
from cleave.application.tell.drain import DrainResult
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.recovery import send_wakes, wakes_of
from cleave.domain.delivery import Answer
from cleave.domain.events import track_of
from cleave.domain.status import Status
from cleave.domain.subscription import seller_owner
from cleave.store.subscriptions import read_subscription
from cleave.store.track_leases import take
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
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
from tests.unit.builders import line, package

OWNER = seller_owner(SELLER)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


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
    events = [store_event(table, "A", clock()) for _ in range(2)]
    assert [fan_out(table, bell, [each], clock()) for each in events] == [1, 1]
    assert fan_out(table, bell, [events[0], events[1], events[0]], clock()) == 0
    bell.run(drainer(table, script, bell))
    for each in events:
        fan_out(table, bell, [each], clock())  # after it was settled
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_an_event_that_the_stream_brings_too_early_comes_after_those_before_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()
    events = [store_event(table, "A", clock()) for _ in range(3)]
    for each in (events[2], events[0], events[1]):
        tell(table, bell, each)
        bell.run(drainer(table, script, bell))
    assert [message for message, _, _ in script.told] == [f"{SELLER}-A-{n}" for n in (1, 2, 3)]


def test_a_lane_of_which_only_the_last_event_came_waits_for_the_others_and_has_no_gap(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()
    events = [store_event(table, "A", clock()) for _ in range(8)]
    tell(table, bell, events[-1])
    bell.run(drainer(table, script, bell))
    assert script.told == []
    clock.move(seconds=1 + PATIENCE.total_seconds())
    reconcile(table, Worker(table, bell, TrackingNumbers()), clock())
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
    before = store_event(table, "A", clock())
    webhook(table, clock())
    script = Script()
    tell(table, bell, before)
    happen(table, bell, "A", range(2, 3))
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"{SELLER}-A-2", "A", 1)]


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
    webhook(table, clock(), statuses=frozenset({Status.CANCELLED}))
    script = Script()
    created = package(line(1, 1))
    for sequence, state in enumerate((created.status, Status.CANCELLED, created.status, Status.CANCELLED), start=1):
        happen(table, bell, "A", range(sequence, sequence + 1), replace(created, status=state))
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"{SELLER}-A-2", "A", 1), (f"{SELLER}-A-4", "A", 2)]


def test_while_one_holds_a_track_nobody_else_sends(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made = webhook(table, clock())
    script = Script()
    happen(table, bell, "A", range(1, 2))
    track = track_of(SELLER, "A", TRACKS)
    assert take(table, made.subscription_id, track, "another", clock()) is not None
    assert bell.run(drainer(table, script, bell)) == [DrainResult.NOTHING_DUE]
    assert script.tried == []
    clock.move(minutes=2)
    assert drainer(table, script, bell).drain(made.subscription_id, track) is DrainResult.DRAINED
    assert script.in_order("A") == [1]


def test_what_is_queued_while_its_track_is_drained_is_drained_too(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()

    def another_happens(*_: object) -> Answer:
        if len(script.tried) == 0:
            happen(table, bell, "A", range(2, 3))
            bell.sent.clear()  # its message is lost
        return OK

    script.decide = another_happens
    happen(table, bell, "A", range(1, 2))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_what_is_rung_for_while_a_drain_runs_out_of_time_goes_on_in_another_invocation(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script()

    def slow(*_: object) -> Answer:
        clock.move(seconds=9)
        if len(script.tried) == 1:
            happen(table, bell, "A", range(5, 6))
        return OK

    script.decide = slow
    happen(table, bell, "A", range(1, 5))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2, 3, 4, 5]


def test_a_lane_is_not_turned_around_by_what_is_queued_behind_where_the_drain_has_looked(
    table: Table, clock: FrozenClock, bell: DelayQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One machine's clock is behind: number 1 is queued among what was told already, number 2 after it."""
    monkeypatch.setattr("cleave.application.tell.drain._PAGE", 1)
    webhook(table, clock())
    clock.move(minutes=1)
    script = Script()
    here = track_of(SELLER, "A", TRACKS)
    beside = next(order for order in map(str, range(99)) if track_of(SELLER, order, TRACKS) == here)

    def queued_meanwhile(*_: object) -> Answer:
        if not script.tried:
            clock.move(seconds=-1)
            happen(table, bell, "A", range(1, 2))
            clock.move(seconds=2)
            happen(table, bell, "A", range(2, 3))
        return OK

    script.decide = queued_meanwhile
    happen(table, bell, beside, range(1, 2))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_the_queue_is_no_longer_than_there_are_tracks(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    webhook(table, clock())
    for order in range(30):
        happen(table, bell, f"O{order}", range(1, 2))
    assert len(bell.sent) <= TRACKS


def test_a_lane_that_waits_costs_one_message_however_often_its_track_is_looked_at(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 2))
    (wake,) = bell.wakes
    drain = drainer(table, script, bell)
    bell.run(drain)
    clock.move(seconds=1)
    assert [drain(wake) for _ in range(3)] == [DrainResult.NOTHING_DUE] * 3
    assert bell.wakes == [wake]


def test_a_track_that_is_held_costs_no_message_however_often_it_is_looked_at_and_rung(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    happen(table, bell, "A", range(1, 2))
    ((_, _, wake),) = bell.sent
    bell.sent.clear()
    assert take(table, made.subscription_id, track_of(SELLER, "A", TRACKS), "another", clock()) is not None
    drain = drainer(table, Script(), bell)
    for sequence in (2, 3, 4):
        clock.move(seconds=2)
        happen(table, bell, "A", range(sequence, sequence + 1))
        assert drain(wake) is DrainResult.NOTHING_DUE
    assert bell.wakes == []


def test_a_handler_whose_clock_is_behind_has_the_track_looked_at_again(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 2))
    drain = drainer(table, script, bell)
    bell.run(drain)
    ((due, _, wake),) = bell.sent
    bell.sent.clear()
    script.answer = OK
    clock.now = due - timedelta(milliseconds=5)
    assert drain(wake) is DrainResult.DRAINED
    assert script.told == []
    clock.move(seconds=1)
    bell.run(drain)
    assert script.in_order("A") == [1]


def test_a_lane_with_more_than_can_be_sent_in_time_goes_on_in_another_invocation(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script()

    def slow(*_: object) -> Answer:
        clock.move(seconds=9)
        return OK

    script.decide = slow
    happen(table, bell, "A", range(1, 8))
    assert bell.run(drainer(table, script, bell)) == [DrainResult.MORE, DrainResult.MORE, DrainResult.DRAINED]
    assert script.in_order("A") == [1, 2, 3, 4, 5, 6, 7]
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    send_wakes(bell, found)
    assert bell.run(drainer(table, script, bell)) == [DrainResult.NOTHING_DUE] * TRACKS
    table.write(wakes_of(found, clock()))
    send_wakes(bell, found)
    assert bell.run(drainer(table, script, bell)) == [DrainResult.DRAINED] * TRACKS


def test_tracks_share_the_orders_evenly() -> None:
    tracks = [track_of(SELLER, f"O{number}", TRACKS) for number in range(800)]
    assert all(60 < tracks.count(track) < 140 for track in range(TRACKS))
    assert all(first != second for first, second in pairwise(sorted(set(tracks))))
