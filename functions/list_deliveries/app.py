"""GET …/webhooks/{webhookId}/deliveries, of a seller or a channel."""

from cleave.application.read.deliveries import list_deliveries
from cleave.dialects.deliveries import render_page, to_list
from cleave.dialects.webhook_calls import WebhookCall, webhook_reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@webhook_reading_endpoint
def handler(webhook: WebhookCall) -> Response:
    """One page of delivered, waiting and exhausted messages, oldest first."""
    asked = to_list(webhook)
    page = list_deliveries(table(), webhook.owner, webhook.subscription_id, asked.query)
    return json_response(render_page(asked, page))
