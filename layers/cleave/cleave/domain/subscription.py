"""Who wants to be told of what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cleave.domain.events import PackageEvent

# The marketplace's own limit, passive ones counted.
MAX_SUBSCRIPTIONS = 15


class Authentication(StrEnum):
    """How a receiver wants to recognise us."""

    BASIC = "BASIC_AUTHENTICATION"
    API_KEY = "API_KEY"


class SubscriptionStatus(StrEnum):
    """A passive subscription is told nothing."""

    ACTIVE = "ACTIVE"
    PASSIVE = "PASSIVE"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A seller's webhook. ``statuses`` are package statuses in upper case with underscores; none means all of them.

    ``sealed_secret`` is the password or API key, encrypted; only the delivery opens it.
    """

    subscription_id: str
    seller_id: int
    url: str
    authentication: Authentication
    username: str | None
    sealed_secret: bytes
    statuses: frozenset[str]
    status: SubscriptionStatus
    created_at: datetime
    modified_at: datetime | None

    def wants(self, event: PackageEvent) -> bool:
        """Whether the event is to be delivered to it."""
        wanted = not self.statuses or event_status(event) in self.statuses
        return wanted and self.status is SubscriptionStatus.ACTIVE and self.seller_id == event.seller_id


_STATUS_NAMES = {"AtCollectionPoint": "AT_COLLECTION_POINT"}


def event_status(event: PackageEvent) -> str:
    """The event's package status as subscriptions spell it: ``UnPacked`` is UNPACKED."""
    return _STATUS_NAMES.get(event.package.status, event.package.status.upper())
