"""GET /integration/webhook/sellers/{sellerId}/webhooks."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_endpoint
from cleave.dialects.trendyol.webhooks import render_subscription
from cleave.domain.subscription import seller_owner
from cleave.store.subscriptions import read_owned


@whole_seller_endpoint
def handler(seller: SellerCall) -> Response:
    """All webhooks of the seller, oldest first."""
    subscriptions = read_owned(table(), seller_owner(seller.seller_id))
    return json_response([render_subscription(subscription) for subscription in subscriptions])
