"""GET /integration/webhook/sellers/{sellerId}/webhooks."""

from cleave.application.subscribe.webhooks import list_webhooks
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_reading_endpoint
from cleave.dialects.trendyol.webhooks import render_subscription
from cleave.dialects.webhook_calls import render_damaged
from cleave.domain.subscription import seller_owner
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@whole_seller_reading_endpoint
def handler(seller: SellerCall) -> Response:
    """All webhooks of the seller, oldest first."""
    found = list_webhooks(table(), seller_owner(seller.seller_id))
    return json_response([*map(render_subscription, found.subscriptions), *render_damaged(found.damaged_ids)])
