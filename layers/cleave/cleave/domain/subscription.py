"""Who wants to be told of what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cleave.domain.events import PackageEvent

# The marketplace's own limit, passive ones counted.
MAX_SUBSCRIPTIONS = 15
# How long messages are signed with the old key too after a new one was made.
ROTATION_OVERLAP = timedelta(hours=24)
# A change is valid for events from a little earlier on: those may still be on their way when it is made.
_IN_TRANSIT = timedelta(minutes=1)


class Dialect(StrEnum):
    """In which words a subscriber is told."""

    TRENDYOL = "trendyol"
    HEPSIGLOBAL = "hepsiglobal"


class Authentication(StrEnum):
    """How a receiver wants to recognise us, besides the signature."""

    BASIC = "BASIC_AUTHENTICATION"
    API_KEY = "API_KEY"
    BEARER = "BEARER"
    NONE = "NONE"


class SubscriptionStatus(StrEnum):
    """A passive subscription is told nothing."""

    ACTIVE = "ACTIVE"
    PASSIVE = "PASSIVE"


class PassiveReason(StrEnum):
    """Why a subscription is passive. Only its owner's own wish makes us forget events that happen meanwhile."""

    BY_OWNER = "deactivated"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``sealed`` is the encrypted ``whsec_…`` secret. ``expires_at`` None: the current one."""

    sealed: bytes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook of a seller or of a channel.

    ``owner`` is ``seller:…`` or ``channel:…``; ``sellers`` are those it is told of. ``statuses`` are package statuses
    in upper case with underscores; none means all of them. ``sealed_secret`` is the password, key or token that the
    receiver asked for, encrypted, None where it asked for none. ``wants_since`` is when it last began to want other
    events than before.
    """

    subscription_id: str
    owner: str
    sellers: frozenset[int]
    dialect: Dialect
    url: str
    authentication: Authentication
    username: str | None
    sealed_secret: bytes | None
    signing_keys: tuple[SigningKey, ...]
    statuses: frozenset[str]
    status: SubscriptionStatus
    created_at: datetime
    modified_at: datetime | None
    wants_since: datetime
    passive_reason: PassiveReason | None = None

    def wants(self, event: PackageEvent) -> bool:
        """Whether the event is to be delivered to it, now or once it is active again."""
        if event.seller_id not in self.sellers or self.passive_reason is PassiveReason.BY_OWNER:
            return False
        wanted = not self.statuses or event_status(event) in self.statuses
        return wanted and event.at >= max(self.created_at, self.wants_since - _IN_TRANSIT)

    def keys_at(self, at: datetime) -> list[SigningKey]:
        """Those to sign with, the current one first."""
        return [key for key in self.signing_keys if key.expires_at is None or key.expires_at > at]


def seller_owner(seller_id: int) -> str:
    """The owner of a seller's own webhooks."""
    return f"seller:{seller_id}"


def channel_owner(channel: str) -> str:
    """The owner of a channel's webhooks."""
    return f"channel:{channel}"


_STATUS_NAMES = {"AtCollectionPoint": "AT_COLLECTION_POINT"}


def event_status(event: PackageEvent) -> str:
    """The event's package status as subscriptions spell it: ``UnPacked`` is UNPACKED."""
    return _STATUS_NAMES.get(event.package.status, event.package.status.upper())
