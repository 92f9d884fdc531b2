"""PUT /integration/webhook/sellers/{sellerId}/webhooks/{webhookId}."""

from cleave.api.gateway import Response
from cleave.api.resources import settings, table
from cleave.application.subscriptions import update
from cleave.dialects.subscriber import done
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_endpoint
from cleave.dialects.trendyol.webhooks import to_webhook
from cleave.outbound.resources import secret_box
from cleave.outbound.urls import check_url


@whole_seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Change where, of what and with which credentials it is told."""
    webhook = to_webhook(seller)
    check_url(webhook.url, allow_local=settings().allow_local_webhooks)
    update(table(), secret_box().seal, seller.call.path["webhookId"], webhook)
    return done()
