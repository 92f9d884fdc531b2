"""PUT /integration/test/order/sellers/{sellerId}/shipment-packages/{packageId}/status."""

from cleave.application.intake.change_package import report_package
from cleave.dialects.trendyol.endpoint import SellerCall, marketplace_endpoint
from cleave.dialects.trendyol.reports import done, to_status_report
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@marketplace_endpoint
def handler(seller: SellerCall) -> Response:
    """Apply the carrier's report about a package's status."""
    report_package(table(), to_status_report(seller))
    return done()
