"""GET /integration/order/sellers/{sellerId}/orders/stream."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.stream import take_step, to_stream_request


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """One step of a walk over the seller's packages."""
    return json_response(take_step(table(), to_stream_request(seller)))
