"""One event to one subscription."""

from datetime import datetime
from typing import Protocol

from cleave.application.notify import DeliveryTask
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Subscription, SubscriptionStatus
from cleave.store.orders import read_event
from cleave.store.subscriptions import note_attempt, read_delivery, read_subscription
from cleave.store.table import Table


class Sender(Protocol):
    """Tells a receiver of an event."""

    def __call__(self, subscription: Subscription, event: PackageEvent, at: datetime) -> str:
        """The receiver's status code, or the kind of failure in a word."""


class DeliveryFailed(Exception):  # noqa: N818 - says what happened
    """The receiver did not take the event; it stays waiting."""


def deliver(table: Table, send: Sender, task: DeliveryTask, at: datetime) -> str:
    """Send the event unless it was delivered before. Raises DeliveryFailed.

    An event that waits for a passive or deleted subscription stays as it is. Answers what happened, in a word.
    """
    subscription = read_subscription(table, task.seller_id, task.subscription_id)
    if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
        return "not_active"
    delivery = read_delivery(table, task.subscription_id, task.order_number, task.sequence)
    event = read_event(table, task.seller_id, task.order_number, task.sequence)
    if delivery is None or event is None:
        raise LookupError(f"no delivery or event for {task.lane} {task.sequence}")
    if delivery.delivered_at is not None:
        return "delivered_before"
    answer = send(subscription, event, at)
    delivered = answer.startswith("2")
    note_attempt(table, delivery, at, answer, delivered=delivered)
    if not delivered:
        raise DeliveryFailed(answer)
    return "delivered"
