"""Answers of the webhooks' endpoints, in both dialects. Dates are epoch milliseconds."""

from typing import Literal, NotRequired, TypedDict

from cleave.domain.delivery import DeliveryState
from cleave.domain.subscription import Authentication, PassiveReason, PayloadFormat, SubscriptionStatus


class MadeWebhook(TypedDict):
    """``signingSecret`` is shown only here."""

    id: str
    signingSecret: str


class SellerWebhook(TypedDict):
    """A webhook, never with its secrets."""

    id: str
    createdDate: int
    lastModifiedDate: int | None
    url: str
    username: str | None
    authenticationType: Authentication
    status: SubscriptionStatus
    subscribedStatuses: list[str] | None
    countryCodes: NotRequired[list[str]]
    passiveReason: PassiveReason | None
    payloadFormat: PayloadFormat


class UnreadableWebhook(TypedDict):
    """A webhook that is damaged in store: the facts that are known without its item."""

    id: str
    unreadable: Literal[True]


class StatusChange(TypedDict):
    """A time at which a webhook was turned on (``reason`` null) or off."""

    date: int
    status: SubscriptionStatus
    reason: PassiveReason | None


class SellerWebhookWithChanges(SellerWebhook):
    """The latest changes, oldest first."""

    statusChanges: list[StatusChange]


class MadeChannelWebhook(TypedDict):
    """``signing_secret`` is shown only here."""

    id: str
    signing_secret: str


class ChannelWebhook(TypedDict):
    """A webhook, never with its secrets."""

    id: str
    base_url: str
    seller_ids: list[int]
    authentication: Literal["bearer", "none"]
    events: list[str]
    payload_format: PayloadFormat
    status: SubscriptionStatus
    passive_reason: PassiveReason | None
    created_at: int
    modified_at: int | None


class ChannelWebhookWithChanges(ChannelWebhook):
    """The latest changes, oldest first."""

    statusChanges: list[StatusChange]


class NewSecret(TypedDict):
    """Until ``previousValidUntil``, messages are signed with the old secret too."""

    signingSecret: str
    previousValidUntil: int


class Pinged(TypedDict):
    """The receiver's answer. If there is none, ``error`` names the kind of failure."""

    ok: bool
    status: int | None
    error: str | None
    latencyMs: int


class ShownDelivery(TypedDict):
    """One message to one webhook. Dates are epoch milliseconds."""

    id: str
    webhookId: str
    sellerId: int
    orderNumber: str
    sequence: int
    state: DeliveryState
    attempts: int
    lastAnswer: str | None
    createdDate: int
    lastAttemptDate: int | None
    deliveredDate: int | None


class ShownAttempt(TypedDict):
    """One request to the receiver; ``answer`` is the beginning of the answer's body."""

    date: int
    status: int | None
    error: str | None
    latencyMs: int
    answer: str


class ShownMessage(TypedDict):
    """A message as it would be sent now: with a new signature, and without the credentials that the receiver expects.
    ``path`` follows the webhook's URL."""

    method: Literal["POST", "PUT"]
    path: str
    headers: dict[str, str]
    body: str


class DeliveryWithAttempts(ShownDelivery):
    """The latest hundred attempts, oldest first."""

    attemptLog: list[ShownAttempt]


class UnreadableDelivery(TypedDict):
    """A delivery that is damaged in store: the facts that are known without its item."""

    id: str
    sellerId: int
    orderNumber: str
    createdDate: int
    unreadable: Literal[True]
    attemptLog: list[ShownAttempt]


class DeliveryWithMessage(DeliveryWithAttempts):
    """The latest hundred attempts, oldest first. ``message`` is there if the caller asked for it; null if its event is
    gone or damaged."""

    message: NotRequired[ShownMessage | None]


class Rest(TypedDict):
    """Whether there are more, and where they continue; ``nextCursor`` is null at the end."""

    hasMore: bool
    nextCursor: str | None


class ListedDeliveries(Rest):
    """A page may be short or empty although ``hasMore`` is true. ``unreadableDeliveries`` are damaged in store; they
    name their orders."""

    content: list[ShownDelivery]
    unreadableDeliveries: NotRequired[list[str]]


class Resent(TypedDict):
    """It is sent again."""

    resent: Literal[1]


class Replayed(Rest):
    """How many settled messages are sent again, and where to continue.

    ``unreadableDeliveries`` names the orders of messages that cannot be sent.
    """

    resent: int
    unreadableDeliveries: NotRequired[list[str]]
