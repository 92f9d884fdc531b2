"""GET …/webhooks/{webhookId}/deliveries, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.deliveries import list_deliveries
from cleave.dialects.deliveries import render_page, to_query
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """One page of what was or is to be sent, oldest first."""
    page = list_deliveries(table(), subscriber.owner, subscriber.subscription_id, to_query(subscriber))
    return json_response(render_page(subscriber, page))
