"""The delivery queue: tells receivers what waits for them."""

from typing import Any

from cleave.api.resources import seconds_left
from cleave.application.consume import drain_batch
from cleave.outbound.resources import drainer


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer which messages failed; a receiver's failure is none, its events wait in the table."""
    return drain_batch(drainer(seconds_left(context)), event)
