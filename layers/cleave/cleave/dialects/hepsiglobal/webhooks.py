"""Webhook subscriptions of channels, under /v1/webhooks. They are our own: the dialect has no public shape for them."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from cleave.application.subscribe.webhooks import Subscribed, WebhookWish
from cleave.clock import optional_ms, to_ms
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.domain.destination import is_arn
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.status import Status
from cleave.domain.subscription import (
    ITEMS_ONLY,
    MAX_CHANNEL_SELLERS,
    Authentication,
    ChannelEvent,
    PayloadFormat,
    Subscription,
    channel_owner,
)
from cleave.entry.values import PRINTABLE, Id, Truth, any_case, as_text
from cleave.entry.wire import WireModel

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import ChannelWebhook, MadeChannelWebhook

type BearerToken = Annotated[str, Field(min_length=1, max_length=512, pattern=PRINTABLE), BeforeValidator(as_text)]
type Event = Annotated[
    Literal["order-cancel", "create-shipment", "cancel-shipment", "shipment-status"], any_case(*ChannelEvent)
]


class ChannelWebhookRequest(WireModel):
    """``token`` is sent to the receiver as a Bearer token; without one, only the signature identifies Cleave.

    Without ``seller_ids`` the webhook is for all sellers that the channel may act for then; without ``events``
    it is for cancelled items only. A ``held`` webhook begins passive: its messages wait.
    """

    base_url: Annotated[str, Field(min_length=1, max_length=2000, pattern=PRINTABLE), BeforeValidator(as_text)]
    token: BearerToken | None = None
    seller_ids: Annotated[list[Id], Field(min_length=1, max_length=5_000)] | None = None
    events: Annotated[list[Event], Field(min_length=1, max_length=10)] | None = None
    payload_format: Annotated[Literal["hepsiglobal", "cloudevents"], any_case("hepsiglobal", "cloudevents")] | None = (
        None
    )
    held: Truth | None = None


def to_channel_webhook(channel: ChannelCall, tracks: int) -> WebhookWish:
    """The webhook that a channel asks for, with so many requests at once. Raises Refusal or Refusals."""
    request = channel.call.body(ChannelWebhookRequest)
    if "?" in request.base_url:
        raise Refusal(RefusalCode.WEBHOOK_URL_INVALID, "must have no query", field="base_url")
    return WebhookWish(
        owner=channel_owner(channel.channel),
        sellers=_sellers(channel, request.seller_ids),
        dialect=Dialect.HEPSIGLOBAL,
        url=request.base_url.rstrip("/"),
        authentication=Authentication.NONE if request.token is None else Authentication.BEARER,
        username=None,
        secret=request.token,
        statuses=frozenset({Status.CANCELLED}),
        at=channel.call.at,
        tracks=tracks,
        payload=_payload(request),
        channel_events=ITEMS_ONLY if request.events is None else frozenset(map(ChannelEvent, request.events)),
        is_held=bool(request.held),
    )


def _payload(request: ChannelWebhookRequest) -> PayloadFormat:
    """A bus or queue gets domain events, unless it asks for the dialect's own messages."""
    usual = PayloadFormat.CLOUDEVENTS if is_arn(request.base_url) else PayloadFormat.HEPSIGLOBAL
    return usual if request.payload_format is None else PayloadFormat(request.payload_format)


def _sellers(channel: ChannelCall, wanted: list[int] | None) -> frozenset[int]:
    """A seller for whom the channel may not act is refused like a missing one."""
    for place, seller in enumerate(wanted or []):
        if seller not in channel.sellers:
            raise Refusal(RefusalCode.SELLER_NOT_FOUND, "the seller does not exist", field=f"seller_ids.{place}")
    sellers = channel.sellers if wanted is None else frozenset(wanted)
    if len(sellers) > MAX_CHANNEL_SELLERS:
        message = f"a webhook may be told of {MAX_CHANNEL_SELLERS} sellers"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="seller_ids")
    return sellers


def render_made(made: Subscribed) -> "MadeChannelWebhook":
    """The id and the secret of a new webhook; the secret is shown only here."""
    return {"id": made.subscription_id, "signing_secret": made.signing_secret}


def render_channel_webhook(subscription: Subscription) -> "ChannelWebhook":
    """A webhook as a list shows it: never with a secret."""
    return {
        "id": subscription.subscription_id,
        "base_url": subscription.url,
        "seller_ids": sorted(subscription.sellers),
        "authentication": "bearer" if subscription.authentication is Authentication.BEARER else "none",
        "events": sorted(subscription.channel_events),
        "payload_format": subscription.payload,
        "status": subscription.status,
        "passive_reason": subscription.passive_reason,
        "created_at": to_ms(subscription.created_at),
        "modified_at": optional_ms(subscription.modified_at),
    }
