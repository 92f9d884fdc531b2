"""GET …/orders/{orderNumber}/timeline, of a seller or a channel."""

from cleave.application.read.timeline import read_timeline
from cleave.dialects.reading_calls import ReadingCall, reading_endpoint
from cleave.dialects.timeline import order_number_of, render_timeline, to_place, viewer_of
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@reading_endpoint
def handler(reader: ReadingCall) -> Response:
    """One page of an order's story: packages, cancellations, events, deliveries."""
    order_number, (start, size) = order_number_of(reader), to_place(reader)
    page = read_timeline(table(), order_number, viewer_of(reader), start, size)
    return json_response(render_timeline(order_number, page, reader.scope))
