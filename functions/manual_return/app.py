"""PUT …/shipment-packages/{packageId}/manual-return and …/manual-return/{cargoTrackingNumber}."""

from cleave.application.intake.change_package import package_delivered_as, report_package
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.reports import done, to_own_report, tracking_number_of
from cleave.domain.status import Status
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """A package that the seller delivers itself has come back."""
    number = tracking_number_of(seller)
    package_id = seller.package_id if number is None else package_delivered_as(table(), seller.seller_id, number)
    report_package(table(), to_own_report(seller, Status.RETURNED, package_id))
    return done()
