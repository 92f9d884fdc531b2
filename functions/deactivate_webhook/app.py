"""PUT …/webhooks/{webhookId}/deactivate, of a seller or a channel."""

from cleave.api.gateway import Response
from cleave.api.resources import table
from cleave.application.subscriptions import deactivate
from cleave.dialects.subscriber import SubscriberCall, done, subscriber_endpoint


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """Tell it nothing more until it is activated."""
    deactivate(table(), subscriber.owner, subscriber.subscription_id, subscriber.call.at)
    return done()
