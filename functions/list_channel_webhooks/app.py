"""GET /v1/webhooks."""

from cleave.application.subscribe.webhooks import list_webhooks
from cleave.dialects.hepsiglobal.webhooks import render_channel_webhook
from cleave.dialects.webhook_calls import WebhookCall, render_damaged, webhook_reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@webhook_reading_endpoint
def handler(webhooks: WebhookCall) -> Response:
    """All webhooks of the channel, oldest first."""
    found = list_webhooks(table(), webhooks.owner)
    return json_response([*map(render_channel_webhook, found.subscriptions), *render_damaged(found.damaged_ids)])
