"""GET …/webhooks/{webhookId}/deliveries/{deliveryId}, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.deliveries import find_delivery
from cleave.dialects.deliveries import delivery_place, render_attempt, render_delivery
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """One delivery with its attempts."""
    place = delivery_place(subscriber)
    delivery, attempts = find_delivery(table(), subscriber.owner, subscriber.subscription_id, place)
    return json_response({**render_delivery(delivery), "attemptLog": [render_attempt(attempt) for attempt in attempts]})
