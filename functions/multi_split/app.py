"""POST /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/multi-split."""

from cleave.application.accept.accept_split import accept_split
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.split import render_results, to_multi_split
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Divide a package into groups of lines."""
    package_ids = accept_split(table(), to_multi_split(seller))
    return json_response(render_results(package_ids))
