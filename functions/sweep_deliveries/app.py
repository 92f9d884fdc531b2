"""Every few minutes: wakes the receivers and lanes whose next try lies further ahead than the queue can delay."""

from typing import Any

from cleave import clock
from cleave.api.resources import table
from cleave.application.gauge_deliveries import gauge_deliveries
from cleave.application.wake import sweep
from cleave.logs import Log, note
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> None:
    """A run that fails is made good by the next one."""
    at = clock.now()
    gauge_deliveries(table(), at)  # before the sweep, which takes what is due off the list
    note(Log.DELIVERIES_SWEPT, woken=sweep(table(), delivery_queue(), at))
