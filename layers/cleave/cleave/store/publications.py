"""Items of the table's stream that say something to the marketplace's own systems."""

from cleave.domain.events import Event
from cleave.domain.subscription import Subscription
from cleave.store import keys
from cleave.store.events import to_event
from cleave.store.subscriptions import to_subscription
from cleave.table.attributes import Item


def to_publication(item: Item) -> Event | Subscription | None:
    """An event of an order, or a subscription that is off; None for anything else. Raises Unreadable."""
    place = str(item.get(keys.SORT))
    if place.startswith(keys.EVENT_PREFIX):
        return to_event(item)
    if place.startswith(keys.SUBSCRIPTION_PREFIX):
        subscription = to_subscription(item)
        return None if subscription.is_active else subscription
    return None
