"""Who drains what, and when it is tried again: the circuits of failing receivers and the leases of tracks.

A track is drained by one holder at a time, and nobody's wish to have it drained is lost:

time   holder                        somebody who queued a delivery
────   ───────────────────────────   ─────────────────────────────────────────────────────────────
 1     take: held, not rung
 2     reads that nothing waits
 3                                   puts the delivery, rings: the track is rung, a message is sent
 4                                   the message finds the track held; it looks again after the lease
 5     release, if it is not rung:
       it is, so it drains again

Ringing and releasing compare no clocks. A message for later (a timer) does not count as ringing. It is sent first and
noted then, so that what is noted was sent: whoever dies in between costs one message too many, never one that is
missing.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from cleave.clock import from_ms, to_ms
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import TRACKS
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.failures import ConditionsFailed
from cleave.store.table import Delete, Replace, Table, Update, Write

# Longer than an invocation can live, so that a lease ends only with its holder.
LEASE = timedelta(seconds=90)
# A message that has not arrived after this is taken for lost.
_LOST_AFTER = timedelta(minutes=2)
_LET_GO = "REMOVE held_until, held_by"


@dataclass(frozen=True, slots=True)
class Wake:
    """What somebody is asked to look at: a track of a subscription, or (None) its circuit's probe."""

    owner: str
    subscription_id: str
    track: int | None


def ring(table: Table, wake: Wake, at: datetime) -> bool:
    """Note that a message is to be sent at once; False if one is on its way.

    The SDK repeats an update whose answer was lost, and the repeat must not take its own note for somebody else's.
    """
    change = Update(
        key=_track_key(wake),
        change="SET rung_at = :now, rung_by = :self",
        condition="attribute_not_exists(rung_at) OR rung_at < :lost OR rung_by = :self",
        values={"now": to_ms(at), "lost": to_ms(at - _LOST_AFTER), "self": str(uuid4())},
    )
    return _done(table, change)


@dataclass(frozen=True, slots=True)
class Track:
    """A track as somebody met it. ``taken``: they hold it now; else until ``held_until`` (epoch ms) somebody else does.

    ``timers`` are the times (epoch ms) for which messages were sent, past ones among them.
    """

    taken: bool
    held_until: int
    timers: tuple[int, ...]


def take(table: Table, wake: Wake, holder: str, at: datetime) -> Track:
    """Hold the track, and note that what was rung for until now is being done, if nobody else holds it."""
    change = Update(
        key=_track_key(wake),
        change="SET held_until = :until, held_by = :holder REMOVE rung_at",
        condition="attribute_not_exists(held_until) OR held_until < :now OR held_by = :holder",
        values={"until": to_ms(at + LEASE), "holder": holder, "now": to_ms(at)},
    )
    try:
        return _track(table.updated(change), taken=True)
    except ConditionsFailed as failed:
        return _track(failed.found[0] or {}, taken=False)


def note_timers(table: Table, wake: Wake, timers: Sequence[int]) -> None:
    """Note for which times (epoch ms) messages are on their way. Of two who note at once one is forgotten: a message
    of its may be sent twice."""
    table.update(Update(_track_key(wake), "SET timers = :timers", "attribute_exists(pk)", {"timers": list(timers)}))


def release(table: Table, wake: Wake, holder: str) -> bool:
    """Let the track go; False if somebody rang meanwhile: then it is still held and must be drained again."""
    held = {"holder": holder}
    quiet = "held_by = :holder AND attribute_not_exists(rung_at)"
    if _done(table, Update(_track_key(wake), _LET_GO, quiet, held)):
        return True
    return not _done(table, Update(_track_key(wake), "REMOVE rung_at", "held_by = :holder", held))


def abandon(table: Table, wake: Wake, holder: str) -> None:
    """Let the track go whoever rang; the caller has it drained by somebody else."""
    _done(table, Update(_track_key(wake), _LET_GO, "held_by = :holder", {"holder": holder}))


def _track_key(wake: Wake) -> keys.Key:
    return keys.track(wake.subscription_id, wake.track or 0)


def _track(item: Item, *, taken: bool) -> Track:
    return Track(taken, int(item.get("held_until", 0)), tuple(int(each) for each in item.get("timers", ())))


def _done(table: Table, change: Update) -> bool:
    try:
        table.update(change)
    except ConditionsFailed:
        return False
    return True


def park(table: Table, wake: Wake, due: datetime) -> None:
    """Leave a track to the sweep, until ``due``."""
    table.write([_parked(wake, due)])


def all_parked(wake: Wake, due: datetime) -> list[Write]:
    """The same for all tracks, to be written along with the reason why they have something to do."""
    return [_parked(replace(wake, track=track), due) for track in range(TRACKS)]


def _parked(wake: Wake, due: datetime) -> Write:
    key = keys.parked(wake.subscription_id, wake.track or 0)
    item = {"owner": wake.owner, "subscription_id": wake.subscription_id, "track": wake.track, "due_at": to_ms(due)}
    return Replace({**key, **item})


def unpark(table: Table, wake: Wake, due_ms: int) -> None:
    """Take a track off the sweep's list, unless it was parked again meanwhile."""
    key = keys.parked(wake.subscription_id, wake.track or 0)
    with contextlib.suppress(ConditionsFailed):
        table.write([Delete(key, "due_at = :due", {"due": due_ms})])


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the sweep's list. ``failing_since`` None: a parked track; ``due_ms`` None: failing, not open yet."""

    subscription_id: str
    failing_since: datetime | None
    due_ms: int | None


def listed(table: Table, shard: int) -> list[Listed]:
    """All receivers and tracks of a shard, whether or not they are due."""
    return [_listed(item) for item in table.query(keys.due_partition(shard), keys.DUE_PREFIX)]


def _listed(item: Item) -> Listed:
    since, due = item.get("failing_since"), item["due_at"]
    failing_since = None if since is None else from_ms(int(since))
    return Listed(item["subscription_id"], failing_since, None if due is None else int(due))


def due_wakes(table: Table, shard: int, at: datetime) -> list[tuple[Wake, int]]:
    """Probes and parked tracks of a shard whose time has come, with that time (epoch ms)."""
    items = table.query(keys.due_partition(shard), keys.DUE_PREFIX)
    listed = [(item, int(item["due_at"])) for item in items if item["due_at"]]
    return [(_wake(item), due) for item, due in listed if due <= to_ms(at)]


def _wake(item: Item) -> Wake:
    track = item.get("track")
    return Wake(item["owner"], item["subscription_id"], None if track is None else int(track))


def read_circuit(table: Table, subscription_id: str) -> Circuit | None:
    """Strongly consistent; None for a receiver that works."""
    item = table.get(keys.circuit(subscription_id))
    return None if item is None else to_circuit(item)


def to_circuit(item: Item) -> Circuit:
    """A circuit from its item."""
    due = item["due_at"]
    return Circuit(
        failures=int(item["failures"]),
        failing_since=from_ms(int(item["failing_since"])),
        probe_at=None if due is None else from_ms(int(due)),
        probes=int(item["probes"]),
        version=int(item["version"]),
    )


def write_circuit(table: Table, wake: Wake, circuit: Circuit) -> bool:
    """Write the next version of a circuit; False if somebody else has written one since."""
    values = {
        "owner": wake.owner,
        "subscription_id": wake.subscription_id,
        "failures": circuit.failures,
        "failing_since": to_ms(circuit.failing_since),
        "due_at": None if circuit.probe_at is None else to_ms(circuit.probe_at),
        "probes": circuit.probes,
        "version": circuit.version,
    }
    names = {name: name for name in values}
    condition = "attribute_not_exists(pk)" if circuit.version == 1 else "#version = :was"
    was = {} if circuit.version == 1 else {"was": circuit.version - 1}
    change = f"SET {', '.join(f'#{name} = :{name}' for name in values)}"
    return _done(table, Update(keys.circuit(wake.subscription_id), change, condition, {**values, **was}, names))


def close_circuit(table: Table, wake: Wake, circuit: Circuit, at: datetime) -> bool:
    """The receiver works again; False if somebody has written the circuit since: they know better.

    If it was open, all tracks are parked: whoever closes it wakes them, and the sweep does if that fails.
    """
    closed = Delete(keys.circuit(wake.subscription_id), "version = :version", {"version": circuit.version})
    turned_away = [] if circuit.probe_at is None else all_parked(wake, at)
    try:
        table.write([closed, *turned_away])
    except ConditionsFailed:
        return False
    return True


def forget_circuit(subscription_id: str) -> Write:
    """Treats the receiver as if it had never failed."""
    return Delete(keys.circuit(subscription_id))
