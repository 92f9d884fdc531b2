"""GET /integration/order/sellers/{sellerId}/orders/stream."""

from cleave.application.read.walk import take_step
from cleave.dialects.trendyol.endpoint import SellerCall, seller_reading_endpoint
from cleave.dialects.trendyol.stream import render_step, to_stream_request
from cleave.entry.gateway import Response
from cleave.entry.resources import settings, table


@seller_reading_endpoint
def handler(seller: SellerCall) -> Response:
    """One step of a walk over the seller's packages."""
    request, old_names = to_stream_request(seller), settings().old_field_names
    return Response(
        200, render_step(request, lambda size: take_step(table(), request.query, size), old_names=old_names)
    )
