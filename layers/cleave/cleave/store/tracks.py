"""Tracks: which function drains a webhook's deliveries, and when there are any.

A track is drained by one holder at a time, and nobody's wish to have it drained is lost:

time   holder                          fan-out that puts a delivery
────   ─────────────────────────────   ─────────────────────────────────────────────────────
 1     take: held, as rung so far (n)
 2     reads that nothing waits
 3                                     puts the delivery, rings: n + 1, due now
 4     release, if still rung n times:
       it is not, so another pass

A track that has something to do, now or later, is in the index of due work until its holder lets it go. A message in
the queue only saves the wait until the reconcile reads that index. Rings are counted, not signed: a repeat of the same
call by the SDK makes one pass too many and never one too few.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cleave.clock import to_ms
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, FORMAT, Unreadable, each_read, owner_name, read_with
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed, Misfit, OutOfDate
from cleave.table.requests import Delete, Key, Put, Update, Write
from cleave.table.retry import until_current
from cleave.table.table import Table

# More than a webhook may have.
_MOST = 100
# No number is less.
_LEAST = Decimal("-9E+125")
_IS_OPEN = "attribute_exists(pk) AND attribute_not_exists(shut)"
DUE_NAMES = {"due": keys.DUE, "shard": keys.SHARD}


@dataclass(frozen=True, slots=True)
class TrackRef:
    """One of a webhook's few queues: each of its lanes is on one, and one holder at a time drains it."""

    subscription_id: str
    number: int

    @property
    def key(self) -> Key:
        return webhook_keys.track(self.subscription_id, self.number)


def new_tracks(owner: str, subscription_id: str, count: int) -> list[Write]:
    return [
        Put({**webhook_keys.track(subscription_id, number), **CURRENT, "owner": owner, "rings": 0})
        for number in range(count)
    ]


def read_owner(table: Table, subscription_id: str) -> str | None:
    """Whose webhook it is, of one that is known by its id alone; None where there is none. Raises Unreadable."""
    found, damaged = each_read(to_owner, table.page(webhook_keys.track_partition(subscription_id), _MOST))
    if damaged and not found:
        raise damaged[0]
    return found[0] if found else None


def to_owner(item: Item) -> str:
    """Whose webhook a track's item is of. Raises Unreadable."""
    return read_with(lambda found: owner_name(found["owner"]), item)


def read_tracks(table: Table, subscription_id: str) -> list[TrackRef]:
    """All that the webhook has."""
    items = table.page(webhook_keys.track_partition(subscription_id), _MOST)
    return [TrackRef(subscription_id, int(item[keys.SORT])) for item in items]


def busy_tracks(table: Table, subscription_id: str) -> list[int]:
    """The numbers of tracks that may have waiting deliveries: they have work, or are shut."""
    items = table.page(webhook_keys.track_partition(subscription_id), _MOST)
    return [int(item[keys.SORT]) for item in items if keys.DUE in item or "shut" in item]


def delete_tracks(subscription_id: str, count: int) -> list[Write]:
    """After which no deliveries of the webhook are sent; those that wait expire."""
    return [Delete(webhook_keys.track(subscription_id, number)) for number in range(count)]


def ring(table: Table, track: TrackRef, at: datetime) -> bool:
    """Note that there is something to do now; True where a message is to be sent, because none is on its way.

    False too for a track that is shut, or of a webhook that is gone. Raises Contended; Misfit for one that a later
    version wrote.
    """
    return counting_anew(table, at, lambda: until_current(lambda: _ring(table, track, at)))


def _ring(table: Table, track: TrackRef, at: datetime) -> bool:
    """Raises OutOfDate for a track that was shut between the two writes."""
    try:
        before = table.update(_counted(track, at), returns="ALL_OLD")
    except ConditionsFailed as refused:
        (item,) = refused.found.values()
        if item is None or "shut" in item:
            return False
        if not table.try_update(_due_now(track, at)):
            raise OutOfDate(str(track)) from None
        return True
    return keys.DUE not in before


def _counted(track: TrackRef, at: datetime) -> Update:
    """One write, whether the track has something to do now or nothing: a busy receiver's tracks mostly have."""
    return Update(
        key=track.key,
        change="SET rings = rings + :one, #due = if_not_exists(#due, :now), #shard = if_not_exists(#shard, :shard)",
        condition=f"{_IS_OPEN} AND (attribute_not_exists(#due) OR #due <= :now)",
        names=DUE_NAMES,
        values={"one": 1, "now": to_ms(at), "shard": keys.shard(track.key)},
    )


def _due_now(track: TrackRef, at: datetime) -> Update:
    """For one that is due later, or at no time that can be read."""
    return Update(
        key=track.key,
        change="SET rings = rings + :one, #due = :now, #shard = :shard",
        condition=_IS_OPEN,
        names=DUE_NAMES,
        values={"one": 1, "now": to_ms(at), "shard": keys.shard(track.key)},
    )


def counting_anew[T](table: Table, at: datetime, write: Callable[[], T]) -> T:
    """Do it; again, once each track whose rings cannot be counted counts anew. Raises Misfit for other items."""
    for _ in range(_MOST):
        try:
            return write()
        except Misfit as misfit:
            if not webhook_keys.is_track(misfit.key) or count_anew(table, misfit.key, at) is None:
                raise
    raise OutOfDate("tracks that are damaged again and again")


def count_anew(table: Table, key: Key, at: datetime) -> Item | None:
    """The track as it is then; None, and nothing is changed, where it can be read by now, or is of a later version.

    The time is a count that it never had, so its holder hears that it was rung.
    """
    change = Update(
        key=key,
        change="SET rings = :anew, #format = :format",
        condition=("attribute_exists(pk) AND (NOT rings >= :least OR NOT #format = :format) AND NOT #format > :format"),
        names={"format": FORMAT},
        values={"anew": to_ms(at), "least": _LEAST, "format": CURRENT[FORMAT]},
    )
    try:
        item = table.update(change)
    except ConditionsFailed:
        return None
    note(Log.TRACK_DAMAGED, item=str(Unreadable(item)))
    count(Metric.ITEMS_FAILED)
    return item


def reopen(track: TrackRef, at: datetime) -> Update:
    """The write, in another's transaction, that opens a track and gives it something to do now.

    After a success, an owner's request or a new URL its receiver counts as working, so that earlier failures wait for
    no retry.
    """
    return _opened(track, at, ", works_since = :now")


def unshut(track: TrackRef, at: datetime) -> Update:
    """The same, at that time, of a receiver of which nothing is known."""
    return _opened(track, at, "")


def _opened(track: TrackRef, at: datetime, more: str) -> Update:
    return Update(
        key=track.key,
        change=f"SET rings = rings + :one, #due = :now, #shard = :shard{more} REMOVE shut",
        condition="attribute_exists(pk)",
        names=DUE_NAMES,
        values={"one": 1, "now": to_ms(at), "shard": keys.shard(track.key)},
        label=("track", track.number),
    )
