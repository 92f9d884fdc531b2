"""GET …/webhooks/{webhookId}/deliveries/{deliveryId}, of a seller or a channel."""

from cleave.application.read.deliveries import find_delivery
from cleave.dialects.deliveries import message_ref, render_with_attempts
from cleave.dialects.webhook_calls import WebhookCall, webhook_reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@webhook_reading_endpoint
def handler(webhook: WebhookCall) -> Response:
    """One message with its attempts."""
    row, failed = find_delivery(table(), webhook.owner, webhook.subscription_id, message_ref(webhook))
    return json_response(render_with_attempts(row, failed))
