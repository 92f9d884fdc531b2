"""Sends a message to a subscription's target: a URL, a bus or a queue."""

from dataclasses import dataclass
from datetime import datetime

from cleave.application.tell.attempt import Outgoing
from cleave.domain.delivery import Answer
from cleave.domain.destination import is_arn
from cleave.domain.subscription import Subscription
from cleave.outbound.destinations import DestinationSender
from cleave.outbound.webhook import WebhookSender


@dataclass(frozen=True, slots=True)
class TargetSender:
    """Implements ``cleave.application.tell.attempt.Sender``."""

    webhooks: WebhookSender
    destinations: DestinationSender

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        """One message, by HTTP or to a bus or queue."""
        if is_arn(subscription.url):
            return self.destinations(subscription, [outgoing], at)[0]
        return self.webhooks(subscription, outgoing, at)

    def ping(self, subscription: Subscription, message_id: str, at: datetime) -> Answer:
        """Send an empty message, to see whether the target takes it."""
        to = self.destinations if is_arn(subscription.url) else self.webhooks
        return to.ping(subscription, message_id, at)
