"""Webhook subscriptions and the deliveries on their way to them."""

from dataclasses import dataclass
from datetime import datetime

from cleave.clock import from_ms, to_ms
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import MAX_SUBSCRIPTIONS, Authentication, Subscription, SubscriptionStatus
from cleave.store import keys
from cleave.store.table import ConditionsFailed, Item, Put, Table, Update

WAITING = "waiting"
DELIVERED = "delivered"


class TooManySubscriptions(Exception):  # noqa: N818 - an answer, not an error
    """The seller has as many as it may have."""


def put_subscription(table: Table, subscription: Subscription) -> None:
    """Store a subscription that is new and count it. Raises TooManySubscriptions."""
    modified = subscription.modified_at
    count = Update(
        key=keys.subscription_count(subscription.seller_id),
        change="SET #count = if_not_exists(#count, :zero) + :one",
        condition="attribute_not_exists(#count) OR #count < :most",
        names={"count": "count"},
        values={"zero": 0, "one": 1, "most": MAX_SUBSCRIPTIONS},
    )
    try:
        table.write([count, _put(subscription, None if modified is None else to_ms(modified))])
    except ConditionsFailed as failed:
        if 0 in failed.found:
            raise TooManySubscriptions from None
        raise


def _put(subscription: Subscription, modified_at: int | None) -> Put:
    return Put(
        {
            **keys.subscription(subscription.seller_id, subscription.subscription_id),
            "subscription_id": subscription.subscription_id,
            "seller_id": subscription.seller_id,
            "url": subscription.url,
            "authentication": subscription.authentication.value,
            "username": subscription.username,
            "sealed_secret": subscription.sealed_secret,
            "statuses": sorted(subscription.statuses),
            "status": subscription.status.value,
            "created_at": to_ms(subscription.created_at),
            "modified_at": modified_at,
        }
    )


def read_subscriptions(table: Table, seller_id: int) -> list[Subscription]:
    """All of a seller's, oldest first."""
    items = table.query(keys.subscription_partition(seller_id), keys.SUBSCRIPTION_PREFIX)
    return sorted((_subscription(item) for item in items), key=lambda each: each.created_at)


def read_subscription(table: Table, seller_id: int, subscription_id: str) -> Subscription | None:
    """Strongly consistent."""
    item = table.get(keys.subscription(seller_id, subscription_id))
    return None if item is None else _subscription(item)


def _subscription(item: Item) -> Subscription:
    modified = item["modified_at"]
    return Subscription(
        subscription_id=item["subscription_id"],
        seller_id=int(item["seller_id"]),
        url=item["url"],
        authentication=Authentication(item["authentication"]),
        username=item["username"],
        sealed_secret=bytes(item["sealed_secret"]),
        statuses=frozenset(item["statuses"]),
        status=SubscriptionStatus(item["status"]),
        created_at=from_ms(int(item["created_at"])),
        modified_at=None if modified is None else from_ms(int(modified)),
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one subscription. ``delivered_at`` None: it waits."""

    subscription_id: str
    order_number: str
    sequence: int
    attempts: int
    delivered_at: datetime | None


def put_delivery(table: Table, subscription: Subscription, event: PackageEvent, at: datetime) -> None:
    """Note that the event is to be delivered; a note that is there already stays as it is."""
    put = Put(
        {
            **keys.delivery(subscription.subscription_id, event.order_number, event.sequence),
            "subscription_id": subscription.subscription_id,
            "order_number": event.order_number,
            "sequence": event.sequence,
            "state": WAITING,
            "attempts": 0,
            "created_at": to_ms(at),
        }
    )
    try:
        table.write([put])
    except ConditionsFailed:
        return  # the event's stream record came again


def read_delivery(table: Table, subscription_id: str, order_number: str, sequence: int) -> Delivery | None:
    """Strongly consistent."""
    item = table.get(keys.delivery(subscription_id, order_number, sequence))
    if item is None:
        return None
    at = item.get("delivered_at")
    delivered_at = None if at is None else from_ms(int(at))
    return Delivery(subscription_id, order_number, sequence, int(item["attempts"]), delivered_at)


def note_attempt(table: Table, delivery: Delivery, at: datetime, answer: str, *, delivered: bool) -> None:
    """Count an attempt. ``answer`` is the receiver's status code or the kind of failure; never its body."""
    key = keys.delivery(delivery.subscription_id, delivery.order_number, delivery.sequence)
    done = ", #state = :delivered, delivered_at = :at" if delivered else ""
    values = {"one": 1, "at": to_ms(at), "answer": answer}
    table.write(
        [
            Update(
                key=key,
                change=f"SET attempts = attempts + :one, attempted_at = :at, last_answer = :answer{done}",
                condition="attribute_exists(pk)",
                names={"state": "state"} if delivered else {},
                values={**values, "delivered": DELIVERED} if delivered else values,
            )
        ]
    )
