"""PUT /integration/oms/core/sellers/{sellerId}/shipment-packages/{packageId}/items/unsupplied."""

from cleave.application.accept.cancel_package import cancel_package
from cleave.dialects.cancellation_ids import id_header
from cleave.dialects.trendyol.cancel import to_cancellation
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Accept the cancel of some or all units of a package; clients of this path read JSON from every answer."""
    cancellation = to_cancellation(seller)
    cancel_package(table(), cancellation)
    return json_response({}, headers=id_header(cancellation.key))
