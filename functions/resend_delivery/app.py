"""POST …/webhooks/{webhookId}/deliveries/{deliveryId}/resend, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.deliveries import resend
from cleave.dialects.deliveries import delivery_place
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint
from cleave.outbound.resources import delivery_queue


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """Send one delivery again, with the same id and number."""
    place = delivery_place(subscriber)
    at = subscriber.call.at
    resend(table(), delivery_queue(), subscriber.owner, subscriber.subscription_id, place, at)
    return json_response({"resent": 1}, 202)
