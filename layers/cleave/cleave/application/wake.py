"""Asking for a track to be drained, or for a failing receiver to be probed, now or later."""

from datetime import datetime, timedelta
from typing import Protocol

from cleave.domain.delivery import TRACKS
from cleave.domain.subscription import Subscription
from cleave.store import keys
from cleave.store.table import Table
from cleave.store.tracks import Wake, due_wakes, park, ring, unpark

# The queue delays a message no longer than this.
MAX_DELAY = timedelta(minutes=15)
_NOW = timedelta(0)


class Doorbell(Protocol):
    """The queue. A message only says where to look; what is to be done is in the table."""

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Have it looked at after ``delay``, MAX_DELAY at most."""


def wake_track(table: Table, bell: Doorbell, wake: Wake, at: datetime, *, anyway: bool = False) -> None:
    """Have a track drained soon. ``anyway``: also when a message for it seems to be on its way."""
    if ring(table, wake, at, at) or anyway:
        bell(wake, _NOW)


def wake_later(table: Table, bell: Doorbell, wake: Wake, at: datetime, due: datetime) -> None:
    """Have a track drained once ``due`` has come."""
    if due - at > MAX_DELAY:
        park(table, wake, due)
    elif ring(table, wake, at, due):
        bell(wake, max(due - at, _NOW))


def wake_all(table: Table, bell: Doorbell, subscription: Subscription, at: datetime) -> None:
    """Have everything drained that waits for a subscription, each track by a message of its own."""
    for track in range(TRACKS):
        wake_track(table, bell, Wake(subscription.owner, subscription.subscription_id, track), at, anyway=True)


def sweep(table: Table, bell: Doorbell, at: datetime) -> int:
    """Wake what is due. Answers how much was.

    Probes and parked tracks that lie further ahead than the queue can delay wait for this; a message for a nearer one
    that was lost is made good by it.
    """
    due = [entry for shard in range(keys.DUE_SHARDS) for entry in due_wakes(table, shard, at)]
    for wake, due_ms in due:
        bell(wake, _NOW)
        if wake.track is not None:
            unpark(table, wake, due_ms)
    return len(due)
