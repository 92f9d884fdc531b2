"""The queue of wakes: sends receivers their waiting deliveries."""

from typing import Any

from cleave.entry.queue import consume_queue
from cleave.entry.resources import seconds_left
from cleave.outbound.resources import drain_and_probe


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the messages that failed. If a receiver fails, none has failed: its deliveries wait in the table."""
    return consume_queue(*drain_and_probe(seconds_left(context)), event)
