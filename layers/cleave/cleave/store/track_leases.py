"""Leases of tracks: a track's only holder takes it, looks again and releases it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cleave.clock import to_ms
from cleave.store import keys, webhook_keys
from cleave.store.formats import Unreadable, moment_or_none, read_with
from cleave.store.tracks import DUE_NAMES, TrackRef, count_anew
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Update
from cleave.table.table import Table

# Longer than an invocation can live, so that a lease ends only with its holder.
LEASE = timedelta(seconds=90)
# The clock of the machine that handles a message may be a little behind its sender's.
CLOCKS_DIFFER = timedelta(seconds=2)
# Also where it is no time, or one that no holder gives itself.
_IS_OVER = "NOT #until BETWEEN :now AND :latest"


@dataclass(frozen=True, slots=True)
class Held:
    """A track that its taker holds.

    ``rings`` are those until then, ``due`` when it had something to do. ``reminded`` is the last time at which it was
    let go to be drained at: a message may be on its way for then. ``works_since`` is when its receiver was last taken
    for a working one.
    """

    track: TrackRef
    holder: str
    rings: Decimal
    due: datetime | None
    reminded: datetime | None = None
    works_since: datetime | None = None


def take(
    table: Table, subscription_id: str, number: int, holder: str, at: datetime, *, probe: bool = False
) -> Held | None:
    """Hold the track, if it has something to do and nobody else holds it; None otherwise.

    ``probe``: whether or not it has something to do. A repeat of the call by the SDK finds its own holder. A hold whose
    end is damaged is over. Raises Unreadable for a track that a later version wrote.
    """
    due = "" if probe else " AND #due <= :soon"
    change = Update(
        key=webhook_keys.track(subscription_id, number),
        change="SET holder = :holder, #until = :until",
        condition=f"attribute_exists(pk){due} AND (attribute_not_exists(holder) OR holder = :holder OR {_IS_OVER})",
        names={"until": "until"} | ({} if probe else {"due": keys.DUE}),
        values={
            "holder": holder,
            "until": to_ms(at + LEASE),
            "now": to_ms(at),
            "latest": to_ms(at + 2 * LEASE),
            **({} if probe else {"soon": to_ms(at + CLOCKS_DIFFER)}),
        },
    )
    try:
        item = table.update(change)
    except ConditionsFailed:
        return None
    try:
        return _held(item, subscription_id, number, holder)
    except Unreadable:
        anew = count_anew(table, change.key, at)
        if anew is None:
            raise
        return _held(anew, subscription_id, number, holder)


def _held(item: Item, subscription_id: str, number: int, holder: str) -> Held:
    """Raises Unreadable."""
    return read_with(lambda found: _to_held(found, subscription_id, number, holder), item)


def _to_held(item: Item, subscription_id: str, number: int, holder: str) -> Held:
    rings = item["rings"]
    if not isinstance(rings, Decimal):
        raise TypeError("rings that cannot be counted")
    return Held(
        TrackRef(subscription_id, number),
        holder,
        rings,
        due=moment_or_none(item, keys.DUE),
        reminded=moment_or_none(item, "reminded"),
        works_since=moment_or_none(item, "works_since"),
    )


def release(table: Table, held: Held, next_due: datetime | None) -> bool:
    """Release the track, to be drained again at ``next_due`` or at the next ring.

    False if it was rung since it was taken: then it is still held, and must be drained once more.
    """
    return _let_go(table, held, next_due, shut=False)


def shut(table: Table, held: Held) -> bool:
    """Release the track so that it cannot be rung until it is woken. False as for ``release``."""
    return _let_go(table, held, None, shut=True)


def _let_go(table: Table, held: Held, next_due: datetime | None, *, shut: bool) -> bool:
    sets = [*(["#due = :due, reminded = :due"] if next_due else []), *(["shut = :yes"] if shut else [])]
    gone = ["holder", "#until", *([] if next_due else ["#due", "#shard"])]
    change = Update(
        key=held.track.key,
        change=(f"SET {', '.join(sets)} " if sets else "") + f"REMOVE {', '.join(gone)}",
        condition="holder = :holder AND rings = :rings",
        names={"until": "until", **({"due": keys.DUE} if next_due else DUE_NAMES)},
        values={
            "holder": held.holder,
            "rings": held.rings,
            **({"due": to_ms(next_due)} if next_due else {}),
            **({"yes": True} if shut else {}),
        },
    )
    try:
        table.update(change)
    except ConditionsFailed as failed:
        (item,) = failed.found.values()
        return item is None or item.get("holder") != held.holder  # not ours any more: a repeat of our own call, or gone
    return True


def look_again(table: Table, held: Held) -> Held | None:
    """The track as it is now, for another pass of its holder; None if another holds it."""
    item = table.get(held.track.key)
    if item is None or item.get("holder") != held.holder:
        return None
    return _held(item, held.track.subscription_id, held.track.number, held.holder)


def hand_over(table: Table, held: Held, at: datetime) -> None:
    """Release the track with work due now, for the next process that takes it."""
    change = Update(
        key=held.track.key,
        change="SET #due = :now, #shard = :shard REMOVE holder, #until",
        condition="holder = :holder",
        names={**DUE_NAMES, "until": "until"},
        values={"holder": held.holder, "now": to_ms(at), "shard": keys.shard(held.track.key)},
    )
    table.try_update(change)


def end_probe(table: Table, held: Held, at: datetime) -> bool:
    """Let the track go as it was: when it has something to do, and whether it is shut, a probe does not change.

    True where it has something to do now: who came to drain it meanwhile found it held, and went.
    """
    change = Update(
        key=held.track.key,
        change="REMOVE holder, #until",
        condition="holder = :holder",
        names={"until": "until"},
        values={"holder": held.holder},
    )
    try:
        item: Item | None = table.update(change)
    except ConditionsFailed as failed:  # a repeat of our own call; or the track is gone
        (item,) = failed.found.values()
    if item is None or "shut" in item:
        return False
    due = moment_or_none(item, keys.DUE)
    return due is not None and due <= at + CLOCKS_DIFFER
