"""Circuits of failing receivers. An open one is in the index of due work, at the time of its next probe."""

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cleave import clock
from cleave.clock import from_ms, optional_moment, to_ms
from cleave.domain.circuit import TRIP, Circuit
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, FORMAT, Unreadable, moment_or_none, owner_name, read_with, whole_number
from cleave.store.tracks import TrackRef, counting_anew, read_tracks, unshut
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Delete, Key, Update, Write, set_attributes
from cleave.table.table import Table

# A track's number, and a delivery's place.
_WISH = re.compile(r"[0-9]{1,2}/[0-9]+#[0-9]+#.+", re.DOTALL)


def read_circuit(table: Table, subscription_id: str) -> Circuit | None:
    """Strongly consistent; None for a receiver that works."""
    return read_circuit_and_owner(table, subscription_id)[0]


def read_circuit_and_owner(table: Table, subscription_id: str) -> tuple[Circuit | None, str]:
    """The circuit with the owner of its webhook; the owner is empty if there is no circuit.

    A damaged circuit is deleted, and its waiting messages are sent: if the receiver still fails, a new circuit follows.
    """
    item = table.get(webhook_keys.circuit(subscription_id))
    if item is None:
        return None, ""
    try:
        return to_circuit(item), circuit_owner(item)
    except Unreadable:
        _forget(table, subscription_id, moment_or_none(item, keys.DUE) or clock.now())
        return None, ""


def _forget(table: Table, subscription_id: str, probe_at: datetime) -> None:
    """``probe_at`` is the time of the next probe, or now if it is not known: tracks may be shut."""
    tracks = read_tracks(table, subscription_id)
    writes = [forget_circuit(subscription_id), *(unshut(track, probe_at) for track in tracks)]
    with contextlib.suppress(ConditionsFailed):  # the webhook is gone
        counting_anew(table, probe_at, lambda: table.write(writes))


def to_circuit(item: Item) -> Circuit:
    """A circuit from its item. Raises Unreadable."""
    return read_with(_circuit, item)


def circuit_owner(item: Item) -> str:
    """The owner of the webhook in a circuit's item. Raises Unreadable."""
    return read_with(lambda found: owner_name(found["owner"]), item)


def _circuit(item: Item) -> Circuit:
    circuit = Circuit(
        failures=int(item["failures"]),
        failing_since=from_ms(int(item["since"])),
        probe_at=optional_moment(item.get(keys.DUE)),
        probes=int(item["probes"]),
        version=whole_number(item["version"]),
        asked=_asked(item),
    )
    if not circuit.is_open and (circuit.probes or circuit.failures >= TRIP):
        raise ValueError("an open circuit without a next probe")
    return circuit


def _asked(item: Item) -> str | None:
    """The message that a person asked for; None also if the text names no place of a track. It only decides what is
    tried first."""
    asked = item.get("asked")
    return asked if isinstance(asked, str) and _WISH.fullmatch(asked) else None


def write_circuit(
    table: Table, owner: str, subscription_id: str, circuit: Circuit, along: Sequence[Write] = ()
) -> bool:
    """Write the next version of a circuit, with ``along``. False if another one was written meanwhile, or if a
    condition of ``along`` failed."""
    write = circuit_write(owner, subscription_id, circuit)
    if not along:
        return table.try_update(write)
    try:
        table.write([write, *along])
    except ConditionsFailed:
        return False
    return True


def circuit_write(owner: str, subscription_id: str, circuit: Circuit) -> Update:
    """The write of the next version, on condition that no other was written. Versions count from each first failure on,
    so the time of that failure tells a circuit from a closed one.

    If its answer is lost, the SDK repeats it and the repeat is refused: the caller reads again, and finds its own
    version.
    """
    key = webhook_keys.circuit(subscription_id)
    values = _values(key, owner, circuit)
    gone = [name for name in (keys.DUE, keys.SHARD, "asked") if name not in values]
    removed = f" REMOVE {', '.join(f'#{name}' for name in gone)}" if gone else ""
    is_first = circuit.version == 1
    return Update(
        key=key,
        change=f"SET {set_attributes(values)}{removed}",
        condition="attribute_not_exists(pk)" if is_first else "#version = :was AND #since = :since",
        names={name: name for name in [*values, *gone]},
        values={**values, **({} if is_first else {"was": circuit.version - 1})},
        label=("circuit", subscription_id),
    )


def _values(key: Key, owner: str, circuit: Circuit) -> dict[str, Any]:
    """Attributes that a circuit has; it is due only while a probe is planned."""
    probed = {} if circuit.probe_at is None else {keys.DUE: to_ms(circuit.probe_at), keys.SHARD: keys.shard(key)}
    return {
        FORMAT: CURRENT[FORMAT],
        "owner": owner,
        "failures": circuit.failures,
        "since": to_ms(circuit.failing_since),
        "probes": circuit.probes,
        "version": circuit.version,
        **probed,
        **({} if circuit.asked is None else {"asked": circuit.asked}),
    }


def close_circuit(table: Table, subscription_id: str, circuit: Circuit, along: Sequence[Write]) -> bool:
    """The receiver works again. Delete the circuit and write ``along`` with it; False if the circuit was written
    meanwhile."""
    closed = Delete(
        webhook_keys.circuit(subscription_id),
        "version = :version AND since = :since",
        {"version": circuit.version, "since": to_ms(circuit.failing_since)},
        ("circuit", subscription_id),
    )
    try:
        if along:
            table.write([closed, *along])
        else:
            table.delete(closed)
    except ConditionsFailed:
        return False
    return True


def forget_circuit(subscription_id: str) -> Write:
    """The write after which the receiver counts as one that has never failed."""
    return Delete(webhook_keys.circuit(subscription_id))


def ask_probe(owner: str, subscription_id: str, circuit: Circuit, asked: str, at: datetime) -> Write:
    """The write that makes the next probe due now. ``asked`` is the message to send, from ``wish_of``."""
    return circuit_write(owner, subscription_id, circuit.wanted(asked, at))


def wish_of(track: TrackRef, place: str) -> str:
    """The name of a message that a person asked for, as a circuit stores it."""
    return f"{track.number}/{place}"


def read_circuits(table: Table, subscription_ids: Sequence[str]) -> dict[str, tuple[str, Circuit]]:
    """The existing, readable circuits by webhook, with their owners; strongly consistent."""
    items = table.batch_get([webhook_keys.circuit(each) for each in dict.fromkeys(subscription_ids)])
    found: dict[str, tuple[str, Circuit]] = {}
    for item in items:
        with contextlib.suppress(Unreadable):  # a probe that is due forgets it
            found[str(webhook_keys.subscription_of(item))] = (circuit_owner(item), to_circuit(item))
    return found
