"""An owner's webhooks: create, change, list and delete them."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from cleave.application.contention import contended_refusal
from cleave.application.tell.recovery import as_never_failed, send_wakes
from cleave.application.tell.wake_queue import SendWake
from cleave.domain.dialect import Dialect
from cleave.domain.recipients import recipient_of
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import (
    ITEMS_ONLY,
    MAX_SUBSCRIPTIONS,
    ROTATION_OVERLAP,
    Authentication,
    ChannelEvent,
    PassiveReason,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
)
from cleave.store.removing import delete_subscription
from cleave.store.subscriptions import (
    FoundSubscriptions,
    NoSubscription,
    TooManySubscriptions,
    change_subscription,
    create_subscription,
    read_owned,
    read_subscription,
)
from cleave.store.tracks import counting_anew
from cleave.table.failures import Contended
from cleave.table.retry import until_current
from cleave.table.table import Table

_KEY_BYTES = 32
_ROTATIONS_AT_ONCE = 3
_MAX_ID_LENGTH = len(str(uuid4()))  # DynamoDB fails on a key above 1 KB

type Seal = Callable[[str, str, str], bytes]
"""Encrypts a secret for an owner's subscription."""


@dataclass(frozen=True, slots=True)
class WebhookWish:
    """The webhook that an owner asks for. ``secret`` is the credential that the receiver expects, None for none.

    ``tracks`` is how many requests to the receiver may be under way at once. ``is_held``: a new one is sent nothing;
    its messages wait.
    """

    owner: str
    sellers: frozenset[int]
    dialect: Dialect
    url: str
    authentication: Authentication
    username: str | None
    secret: str | None
    statuses: frozenset[str]
    at: datetime
    tracks: int
    payload: PayloadFormat
    countries: frozenset[str] = frozenset()
    channel_events: frozenset[ChannelEvent] = ITEMS_ONLY
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A new subscription. Its ``signing_secret`` is shown only now."""

    subscription_id: str
    signing_secret: str


def subscribe(table: Table, seal: Seal, wish: WebhookWish) -> Subscribed:
    """Store the subscription, active at once unless it is held.

    Raises Refusal when the owner, or one of its sellers, has too many.
    """
    subscription_id = str(uuid4())
    signing_secret = _new_signing_secret()
    key = SigningKey(seal(signing_secret, wish.owner, subscription_id), None)
    try:
        create_subscription(table, _wished(wish, subscription_id, _sealed(seal, wish, subscription_id), key))
    except TooManySubscriptions:
        message = f"{MAX_SUBSCRIPTIONS} webhooks are the most, passive ones counted"
        raise Refusal(RefusalCode.WEBHOOK_LIMIT, message) from None
    return Subscribed(subscription_id, signing_secret)


def _wished(wish: WebhookWish, subscription_id: str, sealed_secret: bytes | None, key: SigningKey) -> Subscription:
    return Subscription(
        subscription_id=subscription_id,
        owner=wish.owner,
        sellers=wish.sellers,
        dialect=wish.dialect,
        url=wish.url,
        authentication=wish.authentication,
        username=wish.username,
        sealed_secret=sealed_secret,
        signing_keys=(key,),
        statuses=wish.statuses,
        status=SubscriptionStatus.PASSIVE if wish.is_held else SubscriptionStatus.ACTIVE,
        created_at=wish.at,
        modified_at=None,
        tracks=wish.tracks,
        payload=wish.payload,
        passive_reason=PassiveReason.HELD if wish.is_held else None,
        countries=wish.countries,
        channel_events=wish.channel_events,
    )


def find_webhook(table: Table, owner: str, subscription_id: str) -> Subscription:
    """The owner's subscription. Raises Refusal if the owner has no such one."""
    subscription = read_subscription(table, owner, subscription_id) if is_webhook_id(subscription_id) else None
    if subscription is None:
        raise _not_found()
    return subscription


def is_webhook_id(text: str) -> bool:
    """Whether the text can be an id. The table would refuse a longer key."""
    return 0 < len(text) <= _MAX_ID_LENGTH


def list_webhooks(table: Table, owner: str) -> FoundSubscriptions:
    return read_owned(table, owner)


def update_webhook(table: Table, send_wake: SendWake, seal: Seal, subscription_id: str, wish: WebhookWish) -> None:
    """Change its target and its messages; its signing secret and its status stay. Raises Refusal.

    Another URL is another receiver, and wrong credentials make one fail: earlier failures are forgotten, and waiting
    deliveries are sent at once.
    """
    sealed = _sealed(seal, wish, subscription_id)

    def attempt() -> Subscription:
        before = find_webhook(table, wish.owner, subscription_id)
        changed = _as_wished(before, wish, sealed)
        tell_sellers = recipient_of(changed) != recipient_of(before)
        change_subscription(table, changed, tell_sellers=tell_sellers, along=as_never_failed(before, wish.at))
        return changed

    send_wakes(send_wake, until_written(lambda: counting_anew(table, wish.at, attempt)))


def _as_wished(before: Subscription, wish: WebhookWish, sealed_secret: bytes | None) -> Subscription:
    return replace(
        before,
        url=wish.url,
        authentication=wish.authentication,
        username=wish.username,
        sealed_secret=sealed_secret,
        statuses=wish.statuses,
        payload=wish.payload,
        countries=wish.countries,
        channel_events=wish.channel_events,
        modified_at=wish.at,
    )


def remove_webhook(table: Table, owner: str, subscription_id: str, sellers: frozenset[int] = frozenset()) -> None:
    """Delete the subscription, even if it cannot be read; its waiting deliveries are never sent. Raises Refusal.

    ``sellers`` are those for whom its owner may act: a damaged subscription has no others.
    """
    if not is_webhook_id(subscription_id):
        raise _not_found()
    until_written(lambda: delete_subscription(table, owner, subscription_id, sellers))


def rotate_secret(table: Table, send_wake: SendWake, seal: Seal, owner: str, subscription_id: str, at: datetime) -> str:
    """Make a new signing secret, which is shown only now. For ROTATION_OVERLAP, messages are signed with the old one
    too.

    A receiver that failed may have lost the old one, so waiting deliveries are sent at once. Raises Refusal, also if
    the overlaps of too many rotations would meet.
    """
    secret = _new_signing_secret()
    sealed = seal(secret, owner, subscription_id)

    def attempt() -> Subscription:
        subscription = find_webhook(table, owner, subscription_id)
        valid = subscription.keys_at(at)
        if len(valid) > _ROTATIONS_AT_ONCE:
            raise Refusal(RefusalCode.WEBHOOK_ROTATED, "the secret was changed too often today")
        ending = [key if key.expires_at else replace(key, expires_at=at + ROTATION_OVERLAP) for key in valid]
        changed = replace(subscription, signing_keys=(SigningKey(sealed, None), *ending), modified_at=at)
        change_subscription(table, changed, tell_sellers=False, along=as_never_failed(subscription, at))
        return changed

    send_wakes(send_wake, until_written(lambda: counting_anew(table, at, attempt)))
    return secret


def until_written[T](attempt: Callable[[], T]) -> T:
    """Read and change a webhook; start again if another request changed it meanwhile. Raises Refusal."""
    try:
        return until_current(attempt)
    except NoSubscription:
        raise _not_found() from None
    except Contended:
        raise contended_refusal() from None


def _not_found() -> Refusal:
    """The refusal of an id that does not, or no longer, belong to the caller."""
    return Refusal(RefusalCode.WEBHOOK_NOT_FOUND, "there is no such webhook")


def _sealed(seal: Seal, wish: WebhookWish, subscription_id: str) -> bytes | None:
    return None if wish.secret is None else seal(wish.secret, wish.owner, subscription_id)


def _new_signing_secret() -> str:
    """A new secret in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"
