"""DELETE …/webhooks/{webhookId}, of a seller or a channel."""

from cleave.application.subscribe.webhooks import remove_webhook
from cleave.dialects.webhook_calls import WebhookCall, done, webhook_endpoint
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    remove_webhook(table(), webhook.owner, webhook.subscription_id, webhook.sellers)
    return done()
