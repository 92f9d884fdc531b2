"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}."""

from cleave.application.intake.change_package import change_status
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.update import to_status_notice
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note that the seller picks or has invoiced the package."""
    change_status(table(), to_status_notice(seller))
    return Response(200)
