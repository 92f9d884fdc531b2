"""Deliveries: in order along a lane, once each, one holder of a track at a time."""

from datetime import timedelta
from itertools import pairwise

import pytest
from cleave.application.tell.drain import Outcome
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.wake import wake_all
from cleave.domain.delivery import Answer, Lane
from cleave.domain.subscription import seller_owner
from cleave.store.orders import put_event
from cleave.store.subscriptions import read_subscription
from cleave.store.tracks import Wake, take
from cleave.table.table import Table

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
    assert take(table, wake, "another", clock()).taken
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
    monkeypatch.setattr("cleave.application.drain._PAGE", 1)
    webhook(table, clock())
    clock.move(minutes=1)
    script = Script()
    beside = next(f"O{n}" for n in range(99) if Lane("", SELLER, f"O{n}").track == Lane("", SELLER, "A").track)

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
    assert len(bell.sent) <= 8


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
    assert [drain(wake) for _ in range(3)] == [Outcome.DRAINED] * 3
    assert bell.wakes == [wake]


def test_a_track_that_is_held_costs_one_message_however_often_it_is_looked_at(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    happen(table, bell, "A", range(1, 2))
    ((_, _, wake),) = bell.sent
    bell.sent.clear()
    assert take(table, wake, "another", clock()).taken
    drain = drainer(table, Script(), bell)
    for _ in range(3):
        clock.move(seconds=2)
        assert drain(wake) is Outcome.HELD
    assert bell.wakes == [wake]


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
    assert drain(wake) is Outcome.DRAINED
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
    assert bell.run(drainer(table, script, bell)) == [Outcome.MORE, Outcome.MORE, Outcome.DRAINED]
    assert script.in_order("A") == [1, 2, 3, 4, 5, 6, 7]
    found = read_subscription(table, OWNER, made.subscription_id)
    assert found is not None
    wake_all(table, bell, Wake(OWNER, found.subscription_id, None), clock())
    assert bell.run(drainer(table, script, bell)) == [Outcome.DRAINED] * 8


def test_tracks_share_the_orders_evenly() -> None:
    tracks = [Lane("s", SELLER, f"O{number}").track for number in range(800)]
    assert all(60 < tracks.count(track) < 140 for track in range(8))
    assert all(first != second for first, second in pairwise(sorted(set(tracks))))
