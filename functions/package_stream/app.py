"""The table's stream: splits packages that cancellations wait on, and lets their subscribers know."""

from typing import Any

from cleave.entry.resources import seconds_left
from cleave.entry.stream import consume_stream
from cleave.outbound.resources import worker


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer which records failed; Lambda brings the stream again from the first of them."""
    return consume_stream(worker(seconds_left(context)), event)
