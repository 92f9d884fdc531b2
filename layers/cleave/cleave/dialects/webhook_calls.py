"""Calls about a webhook: a seller's on Trendyol's paths, a channel's under /v1.

An operator may make them for any owner: the query's ``channel`` names a channel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cleave.clock import to_ms
from cleave.dialects.error_shapes import ShapeOfPath, is_sellers
from cleave.dialects.hepsiglobal.endpoint import viewed_channel
from cleave.dialects.hepsiglobal.webhooks import render_channel_webhook
from cleave.dialects.trendyol.endpoint import read_viewed_whole_seller, read_whole_seller
from cleave.dialects.trendyol.webhooks import render_subscription
from cleave.domain.delivery import Answer
from cleave.domain.dialect import Dialect
from cleave.domain.subscription import Subscription, channel_owner, seller_owner
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import (
        ChannelWebhookWithChanges,
        NewSecret,
        Pinged,
        SellerWebhookWithChanges,
        StatusChange,
        UnreadableWebhook,
    )


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """``owner`` owns the webhooks that the caller may see."""

    call: Call
    owner: str

    @property
    def subscription_id(self) -> str:
        """The webhook's id in the path."""
        return self.call.path.get("webhookId", "")

    @property
    def sellers(self) -> frozenset[int]:
        """Those for whom the caller may act; an operator's are empty and mean all."""
        principal = self.call.principal
        return frozenset() if principal is None else principal.sellers


def webhook_endpoint(serve: Callable[[WebhookCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves both; each gets errors in its own dialect's shape."""
    return endpoint(ShapeOfPath(), _read)(serve)


def webhook_reading_endpoint(serve: Callable[[WebhookCall], Response]) -> GatewayHandler:
    """The same for a path that only reads: support may call it too."""
    return endpoint(ShapeOfPath(), _view)(serve)


def render_webhook(subscription: Subscription) -> "SellerWebhookWithChanges | ChannelWebhookWithChanges":
    """A webhook as its list shows it, with the times and reasons of its changes of status."""
    changes: list[StatusChange] = [
        {"date": to_ms(each.at), "status": each.status, "reason": each.reason} for each in subscription.turns
    ]
    if subscription.dialect is Dialect.TRENDYOL:
        return {**render_subscription(subscription), "statusChanges": changes}
    return {**render_channel_webhook(subscription), "statusChanges": changes}


def render_damaged(webhook_ids: Iterable[str]) -> "list[UnreadableWebhook]":
    """The webhooks that cannot be read, for the end of a list."""
    return [{"id": each, "unreadable": True} for each in webhook_ids]


def render_ping(answer: Answer) -> "Pinged":
    """The result of a request without content."""
    return {"ok": answer.ok, "status": answer.status, "error": answer.error, "latencyMs": answer.latency_ms}


def render_new_secret(secret: str, overlap_ends: datetime) -> "NewSecret":
    """A new signing secret, and the time until which the old one is valid."""
    return {"signingSecret": secret, "previousValidUntil": to_ms(overlap_ends)}


def done() -> Response:
    """Trendyol's answer to a change of a webhook: text, not JSON."""
    return Response(200, "200 OK", {"Content-Type": "text/plain"})


def _read(call: Call) -> WebhookCall:
    if is_sellers(call):
        return WebhookCall(call, seller_owner(read_whole_seller(call).seller_id))
    return WebhookCall(call, channel_owner(viewed_channel(call, changes=True)))


def _view(call: Call) -> WebhookCall:
    if is_sellers(call):
        return WebhookCall(call, seller_owner(read_viewed_whole_seller(call).seller_id))
    return WebhookCall(call, channel_owner(viewed_channel(call, changes=False)))
