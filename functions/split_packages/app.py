"""POST /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/split-packages."""

from cleave.application.accept.accept_split import accept_split
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.split import render_new_packages, to_split_packages
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Divide a package into groups of units."""
    package_ids = accept_split(table(), to_split_packages(seller))
    return json_response(render_new_packages(package_ids))
