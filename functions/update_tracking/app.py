"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/tracking-details."""

from cleave.api.gateway import Response
from cleave.api.resources import table
from cleave.application.change_package import feed_package_tracking
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.tracking import to_tracking_change


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note the seller's own carrier and its number for the package."""
    feed_package_tracking(table(), to_tracking_change(seller))
    return Response(200)
