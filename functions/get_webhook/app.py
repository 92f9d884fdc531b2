"""GET …/webhooks/{webhookId}, of a seller or a channel."""

from cleave.application.subscribe.webhooks import find_webhook
from cleave.dialects.webhook_calls import WebhookCall, render_webhook, webhook_reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@webhook_reading_endpoint
def handler(webhook: WebhookCall) -> Response:
    """One webhook, and when and why it was turned on and off."""
    return json_response(render_webhook(find_webhook(table(), webhook.owner, webhook.subscription_id)))
