"""POST …/webhooks/{webhookId}/replay, of a seller or a channel."""

from cleave.application.tell.ask_again import replay
from cleave.dialects.deliveries import render_replay, to_replay
from cleave.dialects.webhook_calls import WebhookCall, webhook_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import wake_queue


@webhook_endpoint
def handler(webhook: WebhookCall) -> Response:
    """Send all messages since a time, or of one order, again; a page of them for each request."""
    asked, at = to_replay(webhook), webhook.call.at
    page = replay(table(), wake_queue(), webhook.owner, webhook.subscription_id, asked.query, at)
    return json_response(render_replay(asked, page), 202)
