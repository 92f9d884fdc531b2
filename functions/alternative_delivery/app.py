"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/alternative-delivery."""

from cleave.application.intake.change_package import report_package
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.reports import done, to_alternative_delivery
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """The seller delivers the package itself and is on the way."""
    report_package(table(), to_alternative_delivery(seller))
    return done()
