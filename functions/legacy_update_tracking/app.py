"""PUT /sapigw/suppliers/{sellerId}/{packageId}/update-tracking-number."""

from cleave.application.intake.change_package import feed_package_tracking
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.tracking import to_legacy_tracking_notice
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note the carrier's number for the package; clients of this path read JSON from every answer."""
    feed_package_tracking(table(), to_legacy_tracking_notice(seller))
    return json_response({})
