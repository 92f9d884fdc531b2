"""PUT …/webhooks/{webhookId}/activate, of a seller or a channel."""

from cleave.api.gateway import Response
from cleave.api.resources import table
from cleave.application.subscriptions import activate
from cleave.dialects.subscriber import SubscriberCall, done, subscriber_endpoint
from cleave.outbound.resources import delivery_queue


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """Tell it again, first of what waited."""
    activate(table(), delivery_queue(), subscriber.owner, subscriber.subscription_id, subscriber.call.at)
    return done()
