"""Every few minutes: wakes the receivers and lanes whose next try lies further ahead than the queue can delay."""

from typing import Any

from cleave import clock
from cleave.api.resources import seconds_left, table
from cleave.application.wake import sweep
from cleave.observability import logger
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> None:
    """A run that fails is made good by the next one."""
    logger.info("deliveries.swept", woken=sweep(table(seconds_left(context)), delivery_queue(), clock.now()))
