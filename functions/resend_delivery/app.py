"""POST …/webhooks/{webhookId}/deliveries/{deliveryId}/resend, of a seller or a channel."""

from cleave.application.tell.ask_again import resend
from cleave.dialects.deliveries import message_ref, render_resent
from cleave.dialects.webhook_calls import WebhookCall, webhook_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import wake_queue


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """Send one message again, with the same id and number."""
    ref, at = message_ref(webhook), webhook.call.at
    resend(table(), wake_queue(), webhook.owner, webhook.subscription_id, ref, at)
    return json_response(render_resent(), 202)
