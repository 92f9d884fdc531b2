"""POST …/webhooks/{webhookId}/replay, of a seller or a channel."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.deliveries import replay
from cleave.dialects.deliveries import render_replay, to_replay
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint
from cleave.outbound.resources import delivery_queue


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """Send everything since a time, or of one order, again; as much at once as one request can do."""
    asked, at = to_replay(subscriber), subscriber.call.at
    page = replay(table(), delivery_queue(), subscriber.owner, subscriber.subscription_id, asked.query, at)
    return json_response(render_replay(asked, page), 202)
