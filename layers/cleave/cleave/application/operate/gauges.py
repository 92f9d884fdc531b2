"""How long work has been due, read from the index that lists it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.domain.circuit import Circuit
from cleave.metrics import Metric, emit
from cleave.store.circuits import read_circuits
from cleave.store.due import SHARDS, DueEntry, DueKind, due_entries
from cleave.table.table import Table

# So many of the longest due items of each shard are read; the others are not older.
_LOOKED_AT = 200
# A probe or a retry may be due this far ahead.
_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gauges:
    """Ages in seconds, 0 if nothing is overdue.

    ``cancellation`` is the age of the oldest one that is not applied and fanned out, ``event`` that of the oldest one
    without deliveries. ``delivery`` is the longest time that a receiver has failed or a track has been overdue.
    ``failing`` counts receivers whose circuit is open.
    """

    cancellation: float
    event: float
    delivery: float
    failing: int


def emit_gauges(table: Table, at: datetime) -> None:
    read = read_gauges(table, at)
    emit(
        {
            Metric.OLDEST_PENDING_CANCELLATION: [read.cancellation],
            Metric.OLDEST_PENDING_EVENT: [read.event],
            Metric.OLDEST_WAITING_DELIVERY: [read.delivery],
            Metric.FAILING_RECEIVERS: [read.failing],
        }
    )


def read_gauges(table: Table, at: datetime) -> Gauges:
    """One query for each shard, and one read of the open circuits."""
    found = [entry for shard in range(SHARDS) for entry in due_entries(table, shard, at + _AHEAD, _LOOKED_AT)]
    names = [each.subscription_id for each in found if each.kind is DueKind.CIRCUIT]
    circuits = [circuit for _, circuit in read_circuits(table, [name for name in names if name is not None]).values()]
    return Gauges(
        cancellation=_age(at, _of(found, DueKind.PACKAGE)),
        event=_age(at, _of(found, DueKind.EVENT)),
        delivery=_age(at, [*_of(found, DueKind.TRACK), *(each.failing_since for each in circuits)]),
        failing=len(_open(circuits)),
    )


def _open(circuits: Sequence[Circuit]) -> list[Circuit]:
    return [circuit for circuit in circuits if circuit.is_open]


def _of(found: Iterable[DueEntry], kind: DueKind) -> list[datetime]:
    return [entry.due for entry in found if entry.kind is kind]


def _age(at: datetime, since: Sequence[datetime]) -> float:
    return max((at - min(since, default=at)).total_seconds(), 0.0)
