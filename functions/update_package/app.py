"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}."""

from cleave.api.gateway import Response
from cleave.api.resources import table
from cleave.application.change_package import change_status
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.update import to_status_change


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note that the seller picks or has invoiced the package."""
    change_status(table(), to_status_change(seller))
    return Response(200)
