"""How long accepted cancellations and events have been waiting to be worked off."""

from datetime import datetime

from cleave.clock import to_ms
from cleave.metrics import Metric, emit
from cleave.store import keys
from cleave.store.pending import oldest_waiting
from cleave.store.table import Table


def gauge_pending(table: Table, at: datetime) -> None:
    """Emit the age of the oldest of either kind."""
    partitions = keys.pending_partitions()
    found = [oldest_waiting(table, partition, to_ms(at)) for partition in partitions]
    packages = [each.package for each in found if each.package is not None]
    events = [each.event for each in found if each.event is not None]
    ages = {Metric.OLDEST_PENDING_CANCELLATION: packages, Metric.OLDEST_PENDING_EVENT: events}
    emit({metric: [(to_ms(at) - min(since, default=to_ms(at))) / 1000] for metric, since in ages.items()})
