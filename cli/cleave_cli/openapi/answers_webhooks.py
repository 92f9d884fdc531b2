"""What the endpoints of webhooks answer."""

from typing import Literal

from cleave.domain.delivery import DeliveryState
from cleave.domain.subscription import PassiveReason, SubscriptionStatus

from cleave_cli.openapi.answers import AnswerModel


class MadeWebhook(AnswerModel):
    """``signingSecret`` is shown here only."""

    id: str
    signingSecret: str


class SellerWebhook(AnswerModel):
    """A webhook, never with its secrets."""

    id: str
    createdDate: int
    lastModifiedDate: int | None
    url: str
    username: str | None
    authenticationType: Literal["BASIC_AUTHENTICATION", "API_KEY", "NONE"]
    status: SubscriptionStatus
    subscribedStatuses: list[str] | None
    passiveReason: PassiveReason | None
    payloadFormat: Literal["trendyol", "cloudevents"]


class StatusChange(AnswerModel):
    """When a webhook was turned on (``reason`` null) or off."""

    date: int
    status: SubscriptionStatus
    reason: PassiveReason | None


class SellerWebhookWithChanges(SellerWebhook):
    """The latest changes, oldest first."""

    statusChanges: list[StatusChange]


class MadeChannelWebhook(AnswerModel):
    """``signing_secret`` is shown here only."""

    id: str
    signing_secret: str


class ChannelWebhook(AnswerModel):
    """A webhook, never with its secrets."""

    id: str
    base_url: str
    seller_ids: list[int]
    authentication: Literal["bearer", "none"]
    payload_format: Literal["hepsiglobal", "cloudevents"]
    status: SubscriptionStatus
    passive_reason: PassiveReason | None
    created_at: int
    modified_at: int | None


class ChannelWebhookWithChanges(ChannelWebhook):
    """The latest changes, oldest first."""

    statusChanges: list[StatusChange]


class NewSecret(AnswerModel):
    """Until then messages are signed with the old one too."""

    signingSecret: str
    previousValidUntil: int


class Pinged(AnswerModel):
    """What the receiver answered; ``error`` is a word where it answered nothing."""

    ok: bool
    status: int | None
    error: str | None
    latencyMs: int


class ShownDelivery(AnswerModel):
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


class ShownAttempt(AnswerModel):
    """One request to the receiver; ``answer`` is how its body began."""

    date: int
    status: int | None
    error: str | None
    latencyMs: int
    answer: str


class DeliveryWithAttempts(ShownDelivery):
    """The latest hundred attempts, oldest first."""

    attemptLog: list[ShownAttempt]


class DeliveryList(AnswerModel):
    """A page may be short, or empty, while ``hasMore`` is true."""

    content: list[ShownDelivery]
    hasMore: bool
    nextCursor: str | None


class Resent(AnswerModel):
    """It is sent again."""

    resent: Literal[1]


class Replayed(AnswerModel):
    """How many are sent again, and where to go on."""

    resent: int
    hasMore: bool
    nextCursor: str | None
