"""GET /integration/order/sellers/{sellerId}/orders, …/v2/orders and the legacy /sapigw/suppliers/{sellerId}/orders."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.list_packages import find_packages
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.listing import to_query
from cleave.dialects.trendyol.packages import page


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """One page of the seller's packages."""
    query = to_query(seller)
    found = find_packages(table(), query)
    return json_response(page(found.packages, total=found.total, page_number=query.page, size=query.size))
