"""POST …/webhooks/{webhookId}/test, of a seller or a channel."""

from uuid import uuid4

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.subscriptions import find
from cleave.dialects.subscriber import SubscriberCall, subscriber_endpoint
from cleave.outbound.resources import webhook_sender


@subscriber_endpoint
def handler(subscriber: SubscriberCall) -> Response:
    """Send the receiver a signed request with nothing in it, and tell what it answered."""
    subscription = find(table(), subscriber.owner, subscriber.subscription_id)
    answer = webhook_sender().ping(subscription, f"test-{uuid4()}", subscriber.call.at)
    return json_response(
        {"ok": answer.ok, "status": answer.status, "error": answer.error, "latencyMs": answer.latency_ms}
    )
