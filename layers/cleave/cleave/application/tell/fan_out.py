"""Turns events into waiting deliveries. The fan-out decides nothing: the event names its recipients.

So it may run twice, late, in part, in any order and on any machine. The next function that finds a mark finishes it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cleave.application.tell.wake_queue import AT_ONCE, SendWake, Wake
from cleave.domain.events import Event
from cleave.logs import Log, note
from cleave.metrics import Metric, emit
from cleave.store.deliveries import deliveries_of, queue_delivery
from cleave.store.tracks import TrackRef, ring
from cleave.table.failures import Misfit
from cleave.table.table import Table


def fan_out(table: Table, send_wake: SendWake, events: Sequence[Event], at: datetime) -> int:
    """Queue each event's deliveries, then have their tracks drained. Returns the number of new deliveries.

    All deliveries wait before the first track is rung. Otherwise a drain could come too early and find nothing, and no
    other ring would follow.
    """
    tracks: dict[TrackRef, None] = {}
    queued = 0
    for event in events:
        for track, delivery in deliveries_of(event):
            queued += queue_delivery(table, track, delivery)
            tracks[TrackRef(delivery.lane.subscription_id, track)] = None
    _ring_all(table, send_wake, tracks, at)
    for event in events:
        note(Log.EVENT_FANNED_OUT, order_number=event.order_number, deliveries=len(event.told))
    emit({Metric.EVENTS: [sum(len(event.packages) for event in events)], Metric.DELIVERIES_QUEUED: [queued]})
    return queued


def _ring_all(table: Table, send_wake: SendWake, tracks: Iterable[TrackRef], at: datetime) -> None:
    """Ring every track that is intact or can be made anew. Raises Misfit for the others, so they are rung again."""
    damaged: Misfit | None = None
    for ref in tracks:
        try:
            if ring(table, ref, at):
                send_wake(Wake(ref.subscription_id, ref.number), AT_ONCE)
        except Misfit as found:
            damaged = found
    if damaged is not None:
        raise damaged
