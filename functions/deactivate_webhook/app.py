"""PUT …/webhooks/{webhookId}/deactivate, of a seller or a channel."""

from cleave.application.subscribe.activation import deactivate
from cleave.dialects.webhook_calls import WebhookCall, done, webhook_endpoint
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """Turn it off; it gets no messages until it is activated."""
    deactivate(table(), webhook.owner, webhook.subscription_id, webhook.call.at)
    return done()
