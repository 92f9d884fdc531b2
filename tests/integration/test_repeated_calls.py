"""Updates outside of transactions, done twice because the SDK lost the first answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.split.due_work import Worker
from cleave.application.tell.wake_queue import Wake
from cleave.domain.events import Event
from cleave.store import keys, order_keys
from cleave.store.due import DueKind, due_entries
from cleave.store.track_leases import Held, hand_over, release, shut, take
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.store.tracks import TrackRef, ring
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.breaker import BreakableClient, Breaker
from tests.support.calls import calls_of
from tests.support.telling import DelayQueue, store_event, webhook


@pytest.fixture
def shaky(table: Table) -> Table:
    """Every call is repeated."""
    return replace(table, client=BreakableClient(table.client, EachTwice()))  # type: ignore[arg-type]


class EachTwice(Breaker):
    """A network that loses the first answer to every call."""

    def pass_on(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's
        operation(**request)
        return operation(**request)


@pytest.fixture
def track(table: Table, clock: FrozenClock) -> TrackRef:
    return TrackRef(webhook(table, clock()).subscription_id, 3)


def held(table: Table, track: TrackRef, holder: str, at: FrozenClock) -> Held | None:
    return take(table, track.subscription_id, track.number, holder, at())


def due_tracks(table: Table, at: FrozenClock) -> list[int | None]:
    found = [each for shard in range(keys.DUE_SHARDS) for each in due_entries(table, shard, at())]
    return [each.track for each in found if each.kind is DueKind.TRACK]


def test_a_ring_whose_answer_was_lost_makes_the_track_due_all_the_same(
    table: Table, shaky: Table, track: TrackRef, clock: FrozenClock
) -> None:
    """Nobody can tell whose ring it was: the message is left to who reads the index."""
    assert not ring(shaky, track, clock())
    assert due_tracks(table, clock) == [3]
    assert held(table, track, "one", clock) is not None


def test_a_ring_makes_one_message_until_the_track_is_let_go(table: Table, track: TrackRef, clock: FrozenClock) -> None:
    assert [ring(table, track, clock()) for _ in range(3)] == [True, False, False]
    one = held(table, track, "one", clock)
    assert one is not None
    assert release(table, one, None)
    assert ring(table, track, clock())


def test_a_ring_is_one_write_unless_the_track_waits_for_a_retry(
    table: Table, track: TrackRef, clock: FrozenClock
) -> None:
    ring(table, track, clock())
    one = held(table, track, "one", clock)
    assert one is not None
    assert release(table, one, clock() + timedelta(minutes=1))
    with calls_of(table.client) as calls:
        assert [ring(table, track, clock()) for _ in range(3)] == [True, False, False]
    assert calls == ["UpdateItem"] * 4
    assert due_tracks(table, clock) == [3]


def test_a_hold_whose_answer_was_lost_is_still_ones_own_until_it_is_let_go(
    table: Table, shaky: Table, track: TrackRef, clock: FrozenClock
) -> None:
    ring(table, track, clock())
    one = held(shaky, track, "one", clock)
    assert one is not None
    assert held(shaky, track, "another", clock) is None
    assert release(shaky, one, clock() + timedelta(seconds=1))
    assert held(shaky, track, "another", clock) is not None


@pytest.mark.parametrize("let_go", [shut, lambda table, one: release(table, one, None)], ids=["shut", "release"])
def test_a_track_that_was_rung_meanwhile_is_not_let_go_by_a_repeat_either(
    table: Table, shaky: Table, track: TrackRef, clock: FrozenClock, let_go: Callable[[Table, Held], bool]
) -> None:
    ring(table, track, clock())
    one = held(table, track, "one", clock)
    assert one is not None
    ring(table, track, clock())
    assert not let_go(shaky, one)
    assert due_tracks(table, clock) == [3]
    assert held(table, track, "another", clock) is None


def test_a_track_that_was_handed_over_is_due_for_whoever_comes(
    table: Table, shaky: Table, track: TrackRef, clock: FrozenClock
) -> None:
    ring(table, track, clock())
    one = held(table, track, "one", clock)
    assert one is not None
    hand_over(shaky, one, clock())
    assert due_tracks(table, clock) == [3]
    assert held(table, track, "another", clock) is not None


def test_a_release_repeated_after_somebody_else_took_the_track_takes_nothing_from_it(
    table: Table, track: TrackRef, clock: FrozenClock
) -> None:
    ring(table, track, clock())
    one = held(table, track, "one", clock)
    assert one is not None
    assert release(table, one, clock())
    another = held(table, track, "another", clock)
    assert another is not None
    assert release(table, one, None), "it is not ours any more, so there is nothing more to do"
    assert held(table, track, "a third", clock) is None
    assert due_tracks(table, clock) == [3]


def test_an_event_is_due_until_its_deliveries_are_queued(table: Table, clock: FrozenClock) -> None:
    webhook(table, clock())
    happened = store_event(table, "O", clock())

    def dead(wake: Wake, delay: timedelta) -> None:
        del wake, delay
        raise ConnectionError

    assert Worker(table, dead, TrackingNumbers()).work_off([happened]) == [happened]
    assert is_due(table, happened)
    assert Worker(table, DelayQueue(clock), TrackingNumbers()).work_off([happened]) == []
    assert not is_due(table, happened)


def test_marks_that_are_taken_away_twice_are_gone(table: Table, shaky: Table, clock: FrozenClock) -> None:
    webhook(table, clock())
    happened = store_event(table, "O", clock())
    assert Worker(shaky, DelayQueue(clock), TrackingNumbers()).work_off([happened]) == []
    assert not is_due(table, happened)


def is_due(table: Table, happened: Event) -> bool:
    stored = table.get(order_keys.event(happened.seller_id, happened.order_number, happened.first))
    assert stored is not None
    return keys.DUE in stored
