"""How long items are kept. DynamoDB deletes an item some time after its ``expires_at``, in no order."""

from datetime import datetime, timedelta

# Deliveries are kept this long after their event: a subscriber can replay a quarter of a year. RetentionDays is longer,
# so that no delivery outlives its event.
DELIVERIES_KEPT = timedelta(days=90)
# An order is kept for longer than its packages, however late DynamoDB deletes these.
_ORDER_MARGIN = timedelta(days=30)


def package_expiry(at: datetime, kept: timedelta) -> int:
    """Epoch seconds, as DynamoDB's time to live wants them; of a package, an event or a pointer that changed ``at``."""
    return int((at + kept).timestamp())


def order_expiry(at: datetime, kept: timedelta) -> int:
    """The same for an order."""
    return package_expiry(at + _ORDER_MARGIN, kept)


def key_expiry(at: datetime, kept: timedelta) -> int:
    """The same for a cancellation: its key must be known while successors of its package can still exist."""
    return package_expiry(at + _ORDER_MARGIN, 2 * kept)


def delivery_expiry(event_at: datetime) -> int:
    """The same for a delivery, waiting or settled."""
    return package_expiry(event_at, DELIVERIES_KEPT)
