"""From an event to one delivery for each subscription that wants it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from cleave.domain.events import PackageEvent
from cleave.store.orders import fanned_out
from cleave.store.subscriptions import put_delivery, read_subscriptions
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class DeliveryTask:
    """A message on the delivery queue: which event goes to which subscription."""

    seller_id: int
    subscription_id: str
    order_number: str
    sequence: int

    @property
    def lane(self) -> str:
        """What is delivered in order: the events of one seller's order to one subscription."""
        return f"{self.subscription_id}#{self.order_number}"

    def to_message(self) -> str:
        """The queue's form of it."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_message(message: str) -> "DeliveryTask":
        """From the queue's form."""
        return DeliveryTask(**json.loads(message))


def fan_out(table: Table, enqueue: Callable[[DeliveryTask], None], event: PackageEvent, at: datetime) -> int:
    """Note a delivery for each subscription that wants the event, and queue it. Answers their number.

    The note comes first, so that a delivery is never lost, and the event stays in the index of what is pending until
    all is done; a crash in between is repaired by the stream, which brings the event again, or by the reconcile. The
    queue's deduplication drops what was queued before.
    """
    wanting = [each for each in read_subscriptions(table, event.seller_id) if each.wants(event)]
    for subscription in wanting:
        put_delivery(table, subscription, event, at)
        enqueue(DeliveryTask(event.seller_id, subscription.subscription_id, event.order_number, event.sequence))
    table.write([fanned_out(event)])
    return len(wanting)
