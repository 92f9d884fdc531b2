"""GET …/webhooks/{webhookId}/deliveries/{deliveryId}, of a seller or a channel."""

from typing import TYPE_CHECKING

from cleave.application.read.deliveries import find_delivery
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow
from cleave.application.subscribe.webhooks import find_webhook
from cleave.application.tell.reread import reread
from cleave.dialects.deliveries import message_ref, render_with_attempts, wants_message
from cleave.dialects.webhook_calls import WebhookCall, webhook_reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import requests

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import ShownMessage


@webhook_reading_endpoint
def handler(webhook: WebhookCall) -> Response:
    """One message's delivery with its attempts, and the message itself if the caller asks for it."""
    is_wanted = wants_message(webhook)
    row, failed = find_delivery(table(), webhook.owner, webhook.subscription_id, message_ref(webhook))
    shown = render_with_attempts(row, failed)
    if not is_wanted or isinstance(row, DamagedRow):
        return json_response(shown)
    return json_response({**shown, "message": _message(webhook, row)})


def _message(webhook: WebhookCall, row: DeliveryRow) -> "ShownMessage | None":
    outgoing = reread(table(), row)
    if outgoing is None:
        return None
    subscription = find_webhook(table(), webhook.owner, webhook.subscription_id)
    return requests().shown(subscription, outgoing, webhook.call.at)
