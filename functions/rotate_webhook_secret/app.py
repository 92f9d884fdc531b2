"""POST …/webhooks/{webhookId}/secret, of a seller or a channel."""

from cleave.application.subscribe.webhooks import rotate_secret
from cleave.dialects.webhook_calls import WebhookCall, render_new_secret, webhook_endpoint
from cleave.domain.subscription import ROTATION_OVERLAP
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import secret_box, wake_queue


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """A new signing secret, shown in this answer only; the old one is valid beside it for a day."""
    at = webhook.call.at
    secret = rotate_secret(table(), wake_queue(), secret_box().seal, webhook.owner, webhook.subscription_id, at)
    return json_response(render_new_secret(secret, at + ROTATION_OVERLAP))
