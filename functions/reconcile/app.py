"""Every minute: does all overdue work, and measures how long work has been due."""

from dataclasses import asdict
from typing import Any

from cleave import clock
from cleave.application.operate.gauges import emit_gauges
from cleave.application.operate.reconcile import reconcile
from cleave.entry.resources import client, seconds_left, settings, table
from cleave.logs import Log, note
from cleave.outbound.failed_batches import gauge_failed_batches
from cleave.outbound.resources import worker


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Return how much was done, failed and woken. The next run does what a failed run left."""
    at, seconds = clock.now(), seconds_left(context)
    try:
        emit_gauges(table(seconds), at)  # before the found work is done
        gauge_failed_batches(client("s3"), settings().failed_records_bucket)
    finally:
        counts = asdict(reconcile(table(seconds), worker(seconds), at))
        note(Log.RECONCILE_DONE, counts=counts)
    return counts
