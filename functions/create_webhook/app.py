"""POST /integration/webhook/sellers/{sellerId}/webhooks."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import settings, table
from cleave.application.subscribe import subscribe
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.webhooks import to_webhook
from cleave.outbound.resources import secret_box
from cleave.outbound.urls import check_url


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Tell this URL of the seller's packages from now on."""
    webhook = to_webhook(seller)
    check_url(webhook.url, allow_local=settings().allow_local_webhooks)
    return json_response({"id": subscribe(table(), secret_box().seal, webhook)})
