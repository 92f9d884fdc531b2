"""Work off what the stream should have and did not."""

from datetime import datetime, timedelta

from cleave.application.consume import StreamConsumer
from cleave.application.wake import Doorbell
from cleave.clock import to_ms
from cleave.logs import Log, note
from cleave.store import keys
from cleave.store.pending import still_waiting, waiting_keys
from cleave.store.table import Table

# The stream works an item off within seconds; what waits longer than this has been left behind.
PATIENCE = timedelta(minutes=1)


def reconcile(table: Table, bell: Doorbell, at: datetime) -> dict[str, int]:
    """Split what cancellations wait on, and fan out what events were not, as the stream would have.

    Each item is tried once; one that fails holds back the later ones of its own order only, and is tried again by the
    next run. Answers how many items were done and how many failed; what the table's deadline left undone is neither.
    """
    consumer = StreamConsumer(table, bell)
    counts = {"done": 0, "failed": 0}
    for partition in _partitions(at):
        for key in waiting_keys(table, partition, to_ms(at - PATIENCE)):
            if table.is_out_of_time:
                return counts
            counts["done" if _worked_off(consumer, key) else "failed"] += 1
    return counts


def _partitions(at: datetime) -> list[str]:
    """Each run begins elsewhere: what fails in one partition, slowly, must not starve the others."""
    partitions = keys.pending_partitions()
    first = at.minute % len(partitions)
    return [*partitions[first:], *partitions[:first]]


def _worked_off(consumer: StreamConsumer, key: keys.Key) -> bool:
    try:
        item = still_waiting(consumer.table, key)
        if item is not None:
            consumer.work_off(item)
    except Exception:  # noqa: BLE001 - the others must not wait for this one; it stays pending and is counted
        note(Log.RECONCILE_FAILED, sort_key=key[keys.SORT])
        return False
    return True
