"""POST /integration/webhook/sellers/{sellerId}/webhooks."""

from cleave.application.subscribe.webhooks import subscribe
from cleave.dialects.trendyol.endpoint import SellerCall, whole_seller_endpoint
from cleave.dialects.trendyol.webhooks import render_made, to_webhook
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import settings, table
from cleave.outbound.resources import secret_box, target_rules


@whole_seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Send messages about the seller's packages to this URL from now on. Only this answer shows the signing secret."""
    wish = to_webhook(seller, settings().webhook_tracks)
    target_rules().check(wish.url)
    made = subscribe(table(), secret_box().seal, wish)
    return json_response(render_made(made))
