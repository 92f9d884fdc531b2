"""Asking for a track to be drained, or for a failing receiver to be probed, now or later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from cleave.clock import to_ms
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import TRACKS
from cleave.logs import Log, note
from cleave.store import keys
from cleave.store.table import Table
from cleave.store.tracks import Track, Wake, close_circuit, due_wakes, note_timers, park, ring, unpark

# The queue delays a message no longer than this.
MAX_DELAY = timedelta(minutes=15)
_NOW = timedelta(0)
# A message that is due about now may be the very one that is being handled, on a machine whose clock is behind.
_CLOCKS_DIFFER = timedelta(seconds=1)


class Doorbell(Protocol):
    """The queue. A message only says where to look; what is to be done is in the table."""

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Have it looked at after ``delay``, MAX_DELAY at most."""


def wake_track(table: Table, bell: Doorbell, wake: Wake, at: datetime, *, anyway: bool = False) -> None:
    """Have a track drained soon. ``anyway``: also when a message for it seems to be on its way."""
    if ring(table, wake, at) or anyway:
        bell(wake, _NOW)


def wake_later(table: Table, bell: Doorbell, wake: Wake, track: Track, at: datetime, due: datetime) -> None:
    """Have a track drained once ``due`` has come, unless a message comes until then: its handler asks again."""
    pending = [timer for timer in track.timers if timer > to_ms(at + _CLOCKS_DIFFER)]
    if due - at > MAX_DELAY:
        park(table, wake, due)
    elif all(timer > to_ms(due) for timer in pending):
        bell(wake, max(due - at, _NOW))
        note_timers(table, wake, [*pending, to_ms(due)])


def wake_all(table: Table, bell: Doorbell, wake: Wake, at: datetime) -> None:
    """Have everything drained that waits for a subscription, each track by a message of its own.

    All tracks were parked for ``at``, so that the sweep goes on with this if we get no further.
    """
    for track in range(TRACKS):
        wake_track(table, bell, replace(wake, track=track), at)
        unpark(table, replace(wake, track=track), to_ms(at))


def resume(table: Table, bell: Doorbell, wake: Wake, circuit: Circuit, at: datetime) -> None:
    """The receiver works again: forget that it failed, and have drained what was turned away meanwhile."""
    if close_circuit(table, wake, circuit, at) and circuit.probe_at is not None:
        note(Log.RECEIVER_RECOVERED, subscription=wake.subscription_id)
        wake_all(table, bell, wake, at)


def sweep(table: Table, bell: Doorbell, at: datetime) -> int:
    """Wake what is due. Answers how much was.

    Probes and parked tracks that lie further ahead than the queue can delay wait for this; a message for a nearer one
    that was lost is made good by it.
    """
    due = [entry for shard in range(keys.DUE_SHARDS) for entry in due_wakes(table, shard, at)]
    for wake, due_ms in due:
        if wake.track is None:
            bell(wake, _NOW)
        else:
            wake_track(table, bell, wake, at, anyway=True)
            unpark(table, wake, due_ms)
    return len(due)
