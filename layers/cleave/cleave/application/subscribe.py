"""A seller's wish to be told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import MAX_SUBSCRIPTIONS, Authentication, Subscription, SubscriptionStatus
from cleave.store.subscriptions import TooManySubscriptions, put_subscription
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a seller asks for. ``secret`` is the password or API key that the receiver expects."""

    seller_id: int
    url: str
    authentication: Authentication
    username: str | None
    secret: str
    statuses: frozenset[str]
    at: datetime


type Seal = Callable[[str, int, str], bytes]
"""Encrypts a secret for a seller's subscription."""


def subscribe(table: Table, seal: Seal, webhook: NewWebhook) -> str:
    """Store the subscription, active at once, and answer its id. Raises Refusal when the seller has too many."""
    subscription_id = str(uuid4())
    subscription = Subscription(
        subscription_id=subscription_id,
        seller_id=webhook.seller_id,
        url=webhook.url,
        authentication=webhook.authentication,
        username=webhook.username,
        sealed_secret=seal(webhook.secret, webhook.seller_id, subscription_id),
        statuses=webhook.statuses,
        status=SubscriptionStatus.ACTIVE,
        created_at=webhook.at,
        modified_at=None,
    )
    try:
        put_subscription(table, subscription)
    except TooManySubscriptions:
        message = f"a seller may have {MAX_SUBSCRIPTIONS} webhooks, passive ones counted"
        raise Refusal(RefusalCode.WEBHOOK_LIMIT, message) from None
    return subscription_id
