"""The delivery queue: tells receivers."""

from typing import Any

from cleave.api.resources import table
from cleave.application.consume import deliver_batch
from cleave.outbound.resources import webhook_sender


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer which messages failed; SQS brings them again, in the order of their lane."""
    return deliver_batch(table(), webhook_sender(), event)
