"""GET …/orders/{orderNumber}/timeline, of a seller or a channel."""

from functools import partial

from cleave.application.read.timeline import read_timeline
from cleave.dialects.reading_calls import ReadingCall, reading_endpoint
from cleave.dialects.timeline import order_number_of, timeline_response, to_place, viewer_of
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@reading_endpoint
def handler(reader: ReadingCall) -> Response:
    """One page of an order's story: packages, cancellations, events, deliveries."""
    order_number, (start, extent), viewer = order_number_of(reader), to_place(reader), viewer_of(reader)
    read = partial(read_timeline, table(), order_number, viewer, start)
    return timeline_response(order_number, reader.scope, read, extent)
