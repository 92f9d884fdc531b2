"""POST /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/quantity-split."""

from cleave.application.accept.accept_split import accept_split
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.split import render_new_packages, to_quantity_split
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Divide lines of a package by quantities."""
    package_ids = accept_split(table(), to_quantity_split(seller))
    return json_response(render_new_packages(package_ids))
