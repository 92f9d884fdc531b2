"""Turning webhooks on and off: by their owners, or because a receiver fails or is gone."""

from dataclasses import replace
from datetime import datetime

from cleave.application.subscribe.webhooks import find_webhook, until_written
from cleave.application.tell.recovery import as_never_failed, send_wakes
from cleave.application.tell.wake_queue import SendWake
from cleave.domain.subscription import PassiveReason, Subscription, SubscriptionStatus, Turn
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store.formats import Unreadable
from cleave.store.removing import silence_subscription
from cleave.store.subscriptions import NoSubscription, change_subscription
from cleave.store.tracks import counting_anew
from cleave.table.failures import OutOfDate
from cleave.table.table import Table


def activate(table: Table, send_wake: SendWake, owner: str, subscription_id: str, at: datetime) -> None:
    """Turn it on, and send its waiting messages before later ones. Raises Refusal.

    If it is on already, its waiting messages are sent too, without waiting for the next probe.
    """

    def attempt() -> Subscription:
        before = find_webhook(table, owner, subscription_id)
        changed = _turned(before, None, at)
        change_subscription(table, changed, tell_sellers=not before.is_wanted, along=as_never_failed(before, at))
        return changed

    send_wakes(send_wake, until_written(lambda: counting_anew(table, at, attempt)))


def deactivate(table: Table, owner: str, subscription_id: str, at: datetime) -> None:
    """Stop sending, even if the webhook cannot be read. Deliveries keep waiting; it gets no messages of later events.
    Raises Refusal."""

    def attempt() -> None:
        try:
            before = find_webhook(table, owner, subscription_id)
        except Unreadable:
            silence_subscription(table, owner, subscription_id, at)
            return
        change_subscription(table, _turned(before, PassiveReason.BY_OWNER, at), tell_sellers=before.is_wanted)

    until_written(attempt)


def turn_off(table: Table, subscription: Subscription, reason: PassiveReason, at: datetime) -> None:
    """Make it passive because its receiver fails; its messages wait until it is activated.

    Does nothing if it was changed since the failed request: it may have another receiver now.
    """
    if not subscription.is_active:
        return
    try:
        change_subscription(table, _turned(subscription, reason, at), tell_sellers=False)
    except (NoSubscription, OutOfDate):
        return
    owner, host, name = subscription.owner, subscription.host, subscription.subscription_id
    note(Log.SUBSCRIPTION_PASSIVE, owner=owner, host=host, subscription=name, reason=reason.value)
    count(Metric.SUBSCRIPTION_TURNED_PASSIVE, reason=reason.value)


def _turned(subscription: Subscription, reason: PassiveReason | None, at: datetime) -> Subscription:
    """The subscription turned off for a reason; None turns it on."""
    status = SubscriptionStatus.ACTIVE if reason is None else SubscriptionStatus.PASSIVE
    turns = subscription.with_turn(Turn(at, status, reason))
    return replace(subscription, status=status, passive_reason=reason, modified_at=at, turns=turns)
