"""POST …/webhooks/{webhookId}/test, of a seller or a channel."""

from uuid import uuid4

from cleave.application.contention import busy_refusal
from cleave.application.subscribe.webhooks import find_webhook
from cleave.application.tell.attempt import NotSent
from cleave.dialects.webhook_calls import WebhookCall, render_ping, webhook_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import sender


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """Send the receiver a signed request without content, and return its answer."""
    subscription = find_webhook(table(), webhook.owner, webhook.subscription_id)
    try:
        answer = sender().ping(subscription, f"test-{uuid4()}", webhook.call.at)
    except NotSent:
        raise busy_refusal() from None
    return json_response(render_ping(answer))
