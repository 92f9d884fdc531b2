"""An owner's webhook: its target, its format and its secrets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from cleave.domain.destination import is_arn
from cleave.domain.dialect import Dialect

# The marketplace's own limit, with passive webhooks.
MAX_SUBSCRIPTIONS = 15
# Sellers of a channel's webhook. Making or changing one writes to each seller's recipients, in one transaction with the
# webhook, its owner's count and its tracks.
MAX_CHANNEL_SELLERS = 80
# Requests that it gets at a time; each is an item of that transaction too.
MAX_TRACKS = 16
# How long messages are also signed with the old key after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)
# A webhook keeps so many of its latest turns on and off.
_TURNS_KEPT = 50


class PayloadFormat(StrEnum):
    """The format of messages: the dialect's own, or domain events as CloudEvents."""

    TRENDYOL = "trendyol"
    HEPSIGLOBAL = "hepsiglobal"
    CLOUDEVENTS = "cloudevents"


class ChannelEvent(StrEnum):
    """The kinds of messages that a channel may choose in its dialect."""

    ITEM_CANCELLED = "order-cancel"
    SHIPMENT_CREATED = "create-shipment"
    SHIPMENT_CANCELLED = "cancel-shipment"
    SHIPMENT_MOVED = "shipment-status"


ITEMS_ONLY = frozenset({ChannelEvent.ITEM_CANCELLED})


class Authentication(StrEnum):
    """The credentials that a receiver expects, besides the signature."""

    BASIC = "BASIC_AUTHENTICATION"
    API_KEY = "API_KEY"
    BEARER = "BEARER"
    NONE = "NONE"


class SubscriptionStatus(StrEnum):
    """A passive subscription gets no messages."""

    ACTIVE = "ACTIVE"
    PASSIVE = "PASSIVE"


class PassiveReason(StrEnum):
    """Why a subscription is passive.

    If its owner turned it off, it never gets the events that happen meanwhile. In all other cases they wait. For one
    that was created held, they wait until its owner turns it on or reads them.
    """

    BY_OWNER = "deactivated"
    FAILING = "failing"
    GONE = "gone"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``sealed`` is the encrypted ``whsec_…`` secret. ``expires_at`` None: it is the current key."""

    sealed: bytes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A subscription was turned on (``reason`` None) or off."""

    at: datetime
    status: SubscriptionStatus
    reason: PassiveReason | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook of a seller or of a channel; ``url`` may be the ARN of a bus or queue instead (``domain.destination``).

    ``owner`` is ``seller:…`` or ``channel:…``; ``sellers`` are the sellers whose events it gets. ``statuses`` are
    package statuses; empty means all, future ones too. ``countries`` are those of the orders whose events it gets;
    empty means all. ``channel_events`` are the kinds of messages that a channel gets in its dialect. ``sealed_secret``
    is the encrypted password, key or token that the receiver expects, None if it expects none. ``tracks`` is how many
    requests to it may be under way at once. ``turns`` are the latest ones, oldest first. ``version`` counts the writes.
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
    tracks: int
    payload: PayloadFormat
    passive_reason: PassiveReason | None = None
    turns: tuple[Turn, ...] = ()
    version: int = 1
    countries: frozenset[str] = frozenset()
    channel_events: frozenset[ChannelEvent] = ITEMS_ONLY

    @property
    def is_active(self) -> bool:
        """Whether requests may be sent to it."""
        return self.status is SubscriptionStatus.ACTIVE

    @property
    def is_wanted(self) -> bool:
        """Whether its owner wants events that happen now. If its receiver fails, they wait."""
        return self.passive_reason is not PassiveReason.BY_OWNER

    @property
    def host(self) -> str:
        """The receiver's host, for operators; the rest of a URL may hold a secret. For a bus or queue, its ARN."""
        return self.url if is_arn(self.url) else urlsplit(self.url).hostname or ""

    def keys_at(self, at: datetime) -> list[SigningKey]:
        """The signing keys in use at that time, the current one first."""
        return [key for key in self.signing_keys if key.expires_at is None or key.expires_at > at]

    def with_turn(self, turn: Turn) -> tuple[Turn, ...]:
        """The subscription's turns with one more."""
        return (*self.turns, turn)[-_TURNS_KEPT:]


def seller_owner(seller_id: int) -> str:
    """The owner of a seller's own webhooks."""
    return f"seller:{seller_id}"


def owning_seller(owner: str) -> int | None:
    """The owner's seller; None for a channel."""
    kind, _, name = owner.partition(":")
    return int(name) if kind == "seller" and name.isdecimal() else None


def channel_owner(channel: str) -> str:
    """The owner of a channel's webhooks."""
    return f"channel:{channel}"


def channel_of(owner: str) -> str | None:
    """The owner's channel; None for a seller."""
    kind, _, name = owner.partition(":")
    return name if kind == "channel" else None
