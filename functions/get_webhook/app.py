"""GET …/webhooks/{webhookId}, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.subscriptions import find
from cleave.dialects.subscriber import SubscriberCall, render_webhook, subscriber_endpoint
from cleave.store.subscriptions import read_status_changes


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """One webhook, and when and why it was turned on and off."""
    subscription = find(table(), subscriber.owner, subscriber.subscription_id)
    changes = read_status_changes(table(), subscriber.owner, subscriber.subscription_id)
    return json_response(render_webhook(subscription, changes))
