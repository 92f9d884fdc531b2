"""The table's stream: splits packages with accepted cancellations, and fans out the events."""

from typing import Any

from cleave.entry.resources import seconds_left
from cleave.entry.stream import consume_stream
from cleave.outbound.resources import worker


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the records that failed; Lambda repeats the stream from the first of them."""
    return consume_stream(worker(seconds_left(context)), event)
