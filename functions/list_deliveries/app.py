"""GET …/webhooks/{webhookId}/deliveries, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.deliveries import list_deliveries
from cleave.dialects.deliveries import render_page, to_list
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """One page of what was or is to be sent, oldest first."""
    asked = to_list(subscriber)
    page = list_deliveries(table(), subscriber.owner, subscriber.subscription_id, asked.query)
    return json_response(render_page(asked, page))
