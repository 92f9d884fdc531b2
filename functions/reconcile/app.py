"""Every minute: works off what the stream has left behind."""

from typing import Any

from cleave import clock
from cleave.api.resources import seconds_left, table
from cleave.application.gauge_pending import gauge_pending
from cleave.application.reconcile import reconcile
from cleave.logs import Log, note
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answer how many items were done and how many failed."""
    at, store = clock.now(), table(seconds_left(context))
    gauge_pending(store, at)  # before what is found is worked off
    counts = reconcile(store, delivery_queue(), at)
    note(Log.RECONCILE_DONE, counts=counts)
    return counts
