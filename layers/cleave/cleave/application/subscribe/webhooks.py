"""A subscriber's wishes: to be told, where, of what, and with which secrets."""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from cleave.application.wake import Doorbell, wake_all
from cleave.clock import to_ms
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import (
    MAX_SUBSCRIPTIONS,
    ROTATION_OVERLAP,
    Authentication,
    Dialect,
    PassiveReason,
    SigningKey,
    Subscription,
    SubscriptionStatus,
)
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store.subscriptions import (
    NoSubscription,
    TooManySubscriptions,
    change_subscription,
    delete_subscription,
    put_subscription,
    read_subscription,
    signing_document,
    status_change,
)
from cleave.store.table import Table, Write
from cleave.store.tracks import Wake, all_parked, forget_circuit

_KEY_BYTES = 32
_ROTATIONS_AT_ONCE = 3
_MAX_ID_LENGTH = len(str(uuid4()))  # DynamoDB fails on a key above 1 KB

type Seal = Callable[[str, str, str], bytes]
"""Encrypts a secret for an owner's subscription."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What a subscriber asks for. ``secret`` is what the receiver expects of us, None where that is nothing."""

    owner: str
    sellers: frozenset[int]
    dialect: Dialect
    url: str
    authentication: Authentication
    username: str | None
    secret: str | None
    statuses: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Subscribed:
    """``signing_secret`` is shown this once."""

    subscription_id: str
    signing_secret: str


def subscribe(table: Table, seal: Seal, webhook: Webhook) -> Subscribed:
    """Store the subscription, active at once. Raises Refusal when the owner has too many."""
    subscription_id = str(uuid4())
    signing_secret = _new_signing_secret()
    subscription = Subscription(
        subscription_id=subscription_id,
        owner=webhook.owner,
        sellers=webhook.sellers,
        dialect=webhook.dialect,
        url=webhook.url,
        authentication=webhook.authentication,
        username=webhook.username,
        sealed_secret=_sealed(seal, webhook, subscription_id),
        signing_keys=(SigningKey(seal(signing_secret, webhook.owner, subscription_id), None),),
        statuses=webhook.statuses,
        status=SubscriptionStatus.ACTIVE,
        created_at=webhook.at,
        modified_at=None,
        wants_since=webhook.at,
    )
    try:
        put_subscription(table, subscription)
    except TooManySubscriptions:
        message = f"{MAX_SUBSCRIPTIONS} webhooks are the most, passive ones counted"
        raise Refusal(RefusalCode.WEBHOOK_LIMIT, message) from None
    return Subscribed(subscription_id, signing_secret)


def find(table: Table, owner: str, subscription_id: str) -> Subscription:
    """The owner's subscription; raises Refusal where there is none, also where it is somebody else's."""
    is_one = len(subscription_id) <= _MAX_ID_LENGTH
    subscription = read_subscription(table, owner, subscription_id) if is_one else None
    if subscription is None or subscription.owner != owner:
        raise not_found()
    return subscription


def not_found() -> Refusal:
    """The refusal of an id that is not, or no longer, the caller's."""
    return Refusal(RefusalCode.WEBHOOK_NOT_FOUND, "there is no such webhook")


def update(table: Table, seal: Seal, subscription_id: str, webhook: Webhook) -> None:
    """Change where and of what it is told; its signing secret and its status stay. Raises Refusal."""
    before = find(table, webhook.owner, subscription_id)
    wants_more = webhook.statuses != before.statuses
    changes = {
        "url": webhook.url,
        "authentication": webhook.authentication.value,
        "username": webhook.username,
        "sealed_secret": _sealed(seal, webhook, subscription_id),
        "statuses": sorted(webhook.statuses),
        "modified_at": to_ms(webhook.at),
        **({"wants_since": to_ms(webhook.at)} if wants_more else {}),
    }
    _change(table, before, changes)


def remove(table: Table, owner: str, subscription_id: str) -> None:
    """End the subscription; what waits for it is never sent. Raises Refusal."""
    subscription = find(table, owner, subscription_id)
    try:
        delete_subscription(table, subscription)
    except NoSubscription:
        raise not_found() from None
    table.write([forget_circuit(subscription_id)])


def activate(table: Table, bell: Doorbell, owner: str, subscription_id: str, at: datetime) -> None:
    """Tell it again, first of what waited. Raises Refusal.

    An active one is drained too, without waiting for the next probe.
    """
    subscription = find(table, owner, subscription_id)
    was_silent = subscription.passive_reason is PassiveReason.BY_OWNER
    changes, event = _turned(subscription, None, at)
    changes |= {"wants_since": to_ms(at)} if was_silent else {}
    wake = Wake(owner, subscription_id, None)
    _change(table, subscription, changes, along=[event, forget_circuit(subscription_id), *all_parked(wake, at)])
    wake_all(table, bell, wake, at)


def deactivate(table: Table, owner: str, subscription_id: str, at: datetime) -> None:
    """Tell it nothing more; what waits keeps waiting, what happens from now on is not for it. Raises Refusal."""
    subscription = find(table, owner, subscription_id)
    changes, event = _turned(subscription, PassiveReason.BY_OWNER, at)
    _change(table, subscription, changes, along=[event])


def turn_off(table: Table, subscription: Subscription, reason: PassiveReason, at: datetime) -> None:
    """Make it passive for its receiver's sake; what happens meanwhile waits until it is activated."""
    owner, subscription_id = subscription.owner, subscription.subscription_id
    active = {"status": SubscriptionStatus.ACTIVE.value}
    changes, event = _turned(subscription, reason, at)
    try:
        change_subscription(table, owner, subscription_id, changes, expected=active, along=[event])
    except NoSubscription:
        return  # its owner, or another request to the receiver, was first
    note(Log.SUBSCRIPTION_PASSIVE, subscription=subscription_id, reason=reason.value)
    count(Metric.SUBSCRIPTION_TURNED_PASSIVE, reason=reason.value)


def rotate(table: Table, seal: Seal, owner: str, subscription_id: str, at: datetime) -> str:
    """A new signing secret, shown this once; messages are signed with the old one too for ROTATION_OVERLAP.

    Raises Refusal, also when the overlaps of too many rotations meet.
    """
    subscription = find(table, owner, subscription_id)
    valid = subscription.keys_at(at)
    if len(valid) > _ROTATIONS_AT_ONCE:
        raise Refusal(RefusalCode.WEBHOOK_ROTATED, "the secret was changed too often today")
    secret = _new_signing_secret()
    ending = [key if key.expires_at else replace(key, expires_at=at + ROTATION_OVERLAP) for key in valid]
    new = [SigningKey(seal(secret, owner, subscription_id), None), *ending]
    changes = {"signing_keys": signing_document(new), "modified_at": to_ms(at)}
    expected = {"signing_keys": signing_document(subscription.signing_keys)}
    try:
        change_subscription(table, owner, subscription_id, changes, expected=expected)
    except NoSubscription:
        raise Refusal(RefusalCode.WEBHOOK_ROTATED, "the secret is being changed by another request") from None
    return secret


def _turned(subscription: Subscription, reason: PassiveReason | None, at: datetime) -> tuple[dict[str, Any], Write]:
    """What to change to turn it off for a reason, or on for none, and the event that says so."""
    status = SubscriptionStatus.ACTIVE if reason is None else SubscriptionStatus.PASSIVE
    changes = {"status": status.value, "passive_reason": reason and reason.value, "modified_at": to_ms(at)}
    return changes, status_change(subscription, status, reason, at)


def _change(table: Table, subscription: Subscription, changes: dict[str, Any], along: Sequence[Write] = ()) -> None:
    try:
        change_subscription(table, subscription.owner, subscription.subscription_id, changes, along=along)
    except NoSubscription:
        raise not_found() from None


def _sealed(seal: Seal, webhook: Webhook, subscription_id: str) -> bytes | None:
    return None if webhook.secret is None else seal(webhook.secret, webhook.owner, subscription_id)


def _new_signing_secret() -> str:
    """In the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"
