"""DELETE …/webhooks/{webhookId}, of a seller or a channel."""

from cleave.api.gateway import Response
from cleave.api.resources import table
from cleave.application.subscriptions import remove
from cleave.dialects.subscriber import SubscriberCall, done, subscriber_endpoint


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """End the subscription."""
    remove(table(), subscriber.owner, subscriber.subscription_id)
    return done()
