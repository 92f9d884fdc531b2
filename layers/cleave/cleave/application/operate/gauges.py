"""How long accepted cancellations and events have been waiting to be worked off."""

from dataclasses import dataclass
from datetime import datetime

from cleave.clock import to_ms
from cleave.metrics import Metric, emit
from cleave.store import keys
from cleave.store.pending import oldest_waiting
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class PendingGauge:
    """Ages in seconds of the oldest cancellation that is not applied and the oldest event that is not fanned out."""

    cancellation: float
    event: float


def gauge_pending(table: Table, at: datetime) -> None:
    """Emit it."""
    read = read_pending_gauge(table, at)
    emit({Metric.OLDEST_PENDING_CANCELLATION: [read.cancellation], Metric.OLDEST_PENDING_EVENT: [read.event]})


def read_pending_gauge(table: Table, at: datetime) -> PendingGauge:
    """0 where nothing waits."""
    now = to_ms(at)
    found = [oldest_waiting(table, partition, now) for partition in keys.pending_partitions()]
    cancellation = min((each.package for each in found if each.package is not None), default=now)
    event = min((each.event for each in found if each.event is not None), default=now)
    return PendingGauge((now - cancellation) / 1000, (now - event) / 1000)
