"""GET …/orders/{orderNumber}/timeline, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.timeline import read_timeline
from cleave.dialects.reader import ReaderCall, reader_endpoint
from cleave.dialects.timeline import order_number_of, render_timeline, to_place, viewer_of


@reader_endpoint
def handler(reader: ReaderCall) -> Response:
    """One page of an order's story: packages, cancellations, events, deliveries."""
    order_number, (start, size) = order_number_of(reader), to_place(reader)
    page = read_timeline(table(), order_number, viewer_of(reader), start, size)
    return json_response(render_timeline(order_number, page, reader.scope))
