"""GET /integration/order/sellers/{sellerId}/orders, …/v2/orders and the legacy /sapigw/suppliers/{sellerId}/orders."""

from cleave.application.read.packages import find_packages
from cleave.dialects.trendyol.endpoint import SellerCall, seller_reading_endpoint
from cleave.dialects.trendyol.fitting import fit_packages, with_content
from cleave.dialects.trendyol.listing import to_query
from cleave.dialects.trendyol.packages import page_head
from cleave.entry.gateway import Response
from cleave.entry.resources import settings, table


@seller_reading_endpoint
def handler(seller: SellerCall) -> Response:
    """One page of the seller's packages."""
    query = to_query(seller)
    found = find_packages(table(), query)
    fitted = fit_packages(found.packages, old_names=settings().old_field_names)
    return Response(200, with_content(page_head(found.total, query.page, query.size), fitted))
