"""Every minute: works off what the stream has left behind."""

from typing import Any

from cleave import clock
from cleave.api.resources import seconds_left, table
from cleave.application.reconcile import reconcile
from cleave.observability import logger
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answer how many items were done and how many failed."""
    counts = reconcile(table(seconds_left(context)), delivery_queue(), clock.now())
    logger.info("reconcile.done", counts=counts)
    return counts
