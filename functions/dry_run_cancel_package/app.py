"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/items/unsupplied/dry-run."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.dialects.trendyol.dry_run import try_cancel
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Tell what a cancel would do, or every reason why it would be refused; nothing is written."""
    return json_response(try_cancel(table(), seller))
