"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/tracking-details."""

from cleave.application.intake.change_package import feed_package_tracking
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.tracking import to_tracking_notice
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note the seller's own carrier and its number for the package."""
    feed_package_tracking(table(), to_tracking_notice(seller))
    return Response(200)
