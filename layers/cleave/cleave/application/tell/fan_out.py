"""Turns events into waiting deliveries. The fan-out decides nothing: the event names its recipients.

So it may run twice, late, in part, in any order and on any machine. The next function that finds a mark finishes it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from cleave.application.tell.wake_queue import AT_ONCE, SendWake, Wake
from cleave.domain.events import Event
from cleave.logs import Log, note
from cleave.metrics import Metric, emit
from cleave.store.deliveries import deliveries_of, queue_delivery
from cleave.store.tracks import TrackRef, ring
from cleave.table.table import Table


def fan_out(table: Table, send_wake: SendWake, events: Sequence[Event], at: datetime) -> int:
    """Queue each event's deliveries, then have their tracks drained. Returns the number of new deliveries.

    All deliveries wait before the first track is rung. Otherwise a drain could come too early and find nothing, and no
    other ring would follow. A failure for one recipient holds back no other. The first failure is raised at the end, so
    the mark stays.
    """
    waiting = [each for event in events for each in deliveries_of(event)]
    queued, failures = _each(waiting, lambda each: queue_delivery(table, *each))
    tracks = dict.fromkeys(TrackRef(delivery.lane.subscription_id, track) for (track, delivery), _ in queued)
    _, silent = _each(tracks, lambda track: _ring(table, send_wake, track, at))
    failures += silent
    new = sum(is_new for _, is_new in queued)
    done = [] if failures else events
    for event in done:
        note(Log.EVENT_FANNED_OUT, order_number=event.order_number, deliveries=len(event.told))
    emit({Metric.EVENTS: [sum(len(event.packages) for event in done)], Metric.DELIVERIES_QUEUED: [new]})
    if failures:
        raise failures[0]
    return new


def _ring(table: Table, send_wake: SendWake, track: TrackRef, at: datetime) -> None:
    if ring(table, track, at):
        send_wake(Wake(track.subscription_id, track.number), AT_ONCE)


def _each[T, R](recipients: Iterable[T], do: Callable[[T], R]) -> tuple[list[tuple[T, R]], list[Exception]]:
    """Do it for all recipients. Returns those for which it succeeded, each with its result, and the errors of the
    others."""
    done: list[tuple[T, R]] = []
    failures: list[Exception] = []
    for recipient in recipients:
        try:
            done.append((recipient, do(recipient)))
        except Exception as failure:  # noqa: BLE001 - it is raised when all others are done
            failures.append(failure)
    return done, failures
