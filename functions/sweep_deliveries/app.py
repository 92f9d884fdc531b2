"""Every few minutes: wakes the receivers and lanes whose next try lies further ahead than the queue can delay."""

from typing import Any

from cleave import clock
from cleave.api.resources import client, seconds_left, settings, table
from cleave.application.gauge_deliveries import gauge_deliveries
from cleave.application.wake import sweep
from cleave.logs import Log, note
from cleave.outbound.failed_batches import gauge_failed_batches
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> None:
    """A run that fails is made good by the next one."""
    at, store = clock.now(), table(seconds_left(context))
    try:
        gauge_deliveries(store, at)  # before the sweep, which takes what is due off the list
        gauge_failed_batches(client("s3"), settings().failed_records_bucket)
    finally:
        note(Log.DELIVERIES_SWEPT, woken=sweep(store, delivery_queue(), at))
