"""PUT /integration/webhook/sellers/{sellerId}/webhooks/{webhookId}."""

from cleave.application.subscribe.webhooks import update_webhook
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_endpoint
from cleave.dialects.trendyol.webhooks import to_webhook
from cleave.dialects.webhook_calls import done
from cleave.entry.gateway import Response
from cleave.entry.resources import settings, table
from cleave.outbound.resources import secret_box, target_rules, wake_queue


@whole_seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Change its URL, messages and credentials."""
    wish = to_webhook(seller, settings().webhook_tracks)
    target_rules().check(wish.url)
    update_webhook(table(), wake_queue(), secret_box().seal, seller.call.path["webhookId"], wish)
    return done()
