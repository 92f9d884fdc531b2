"""POST /integration/webhook/sellers/{sellerId}/webhooks."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import settings, table
from cleave.application.subscriptions import subscribe
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_endpoint
from cleave.dialects.trendyol.webhooks import to_webhook
from cleave.outbound.resources import secret_box
from cleave.outbound.urls import check_url


@whole_seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Tell this URL of the seller's packages from now on. The signing secret is shown in this answer only."""
    webhook = to_webhook(seller)
    check_url(webhook.url, allow_local=settings().allow_local_webhooks)
    made = subscribe(table(), secret_box().seal, webhook)
    return json_response({"id": made.subscription_id, "signingSecret": made.signing_secret})
