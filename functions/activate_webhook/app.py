"""PUT …/webhooks/{webhookId}/activate, of a seller or a channel."""

from cleave.application.subscribe.activation import activate
from cleave.dialects.webhook_calls import WebhookCall, done, webhook_endpoint
from cleave.entry.gateway import Response
from cleave.entry.resources import table
from cleave.outbound.resources import wake_queue


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """Turn it on, and send its waiting messages first."""
    activate(table(), wake_queue(), webhook.owner, webhook.subscription_id, webhook.call.at)
    return done()
