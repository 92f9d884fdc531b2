"""The table's stream: puts every fact on the stage's bus."""

from typing import Any

from cleave.domain.destination import destination_of
from cleave.entry.resources import settings
from cleave.outbound.publishing import publish_batch
from cleave.outbound.resources import destination_sender


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the records that failed; Lambda repeats the stream from the first of them."""
    return publish_batch(destination_sender(), destination_of(settings().event_bus_arn), event)
