"""The table's stream: splits packages that cancellations wait on, and fans events out."""

from datetime import timedelta
from typing import Any

from cleave.api.resources import seconds_left, settings, table
from cleave.application.consume import StreamConsumer
from cleave.application.settle import Settle
from cleave.outbound.resources import delivery_queue


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer which records failed; Lambda brings the stream again from the first of them."""
    settle = Settle(timedelta(milliseconds=settings().split_settle_ms))
    return StreamConsumer(table(seconds_left(context)), delivery_queue(), settle=settle).consume(event)
