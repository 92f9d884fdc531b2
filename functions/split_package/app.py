"""POST /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/split."""

from cleave.application.accept.accept_split import accept_split
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.split import render_new_package, to_split
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Put some lines of a package into a package of their own."""
    (package_id,) = accept_split(table(), to_split(seller))
    return json_response(render_new_package(package_id))
