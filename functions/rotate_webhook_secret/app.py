"""POST …/webhooks/{webhookId}/secret, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.subscriptions import rotate
from cleave.clock import to_ms
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint
from cleave.domain.subscription import ROTATION_OVERLAP
from cleave.outbound.resources import secret_box


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """A new signing secret, shown in this answer only; the old one is valid beside it for a day."""
    at = subscriber.call.at
    secret = rotate(table(), secret_box().seal, subscriber.owner, subscriber.subscription_id, at)
    return json_response({"signingSecret": secret, "previousValidUntil": to_ms(at + ROTATION_OVERLAP)})
