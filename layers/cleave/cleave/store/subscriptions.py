"""Webhook subscriptions, by their owner and by the sellers they are told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleave.clock import from_ms, to_ms
from cleave.domain.subscription import (
    MAX_SUBSCRIPTIONS,
    Authentication,
    Dialect,
    PassiveReason,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    seller_owner,
)
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.failures import ConditionsFailed
from cleave.store.table import Delete, Put, Replace, Table, Update, Write

# One item may be written once in a transaction, and a transaction holds 100.
MAX_CHANNEL_SELLERS = 90
_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A subscription was turned on (``reason`` None) or off."""

    at: datetime
    status: str
    reason: str | None


class TooManySubscriptions(Exception):  # noqa: N818 - an answer, not an error
    """The owner has as many as it may have."""


class NoSubscription(Exception):  # noqa: N818 - an answer, not an error
    """There is none of this id, or it is not as it was read."""


def put_subscription(table: Table, subscription: Subscription) -> None:
    """Store a subscription that is new and count it. Raises TooManySubscriptions."""
    count = Update(
        key=keys.subscription_count(subscription.owner),
        change="SET #count = if_not_exists(#count, :zero) + :one",
        condition="attribute_not_exists(#count) OR #count < :most",
        names={"count": "count"},
        values={"zero": 0, "one": 1, "most": MAX_SUBSCRIPTIONS},
    )
    pointers = [
        Put({**key, "owner": subscription.owner, "subscription_id": subscription.subscription_id})
        for key in _pointer_keys(subscription)
    ]
    try:
        table.write([count, Put(_item(subscription)), *pointers])
    except ConditionsFailed as failed:
        if 0 in failed.found:
            raise TooManySubscriptions from None
        raise


def delete_subscription(table: Table, subscription: Subscription) -> None:
    """Forget it. Raises NoSubscription when somebody else has already."""
    count = Update(
        key=keys.subscription_count(subscription.owner),
        change="SET #count = #count - :one",
        condition="#count > :zero",
        names={"count": "count"},
        values={"zero": 0, "one": 1},
    )
    key = keys.subscription(subscription.owner, subscription.subscription_id)
    gone = Delete(key, condition="attribute_exists(pk)")
    try:
        table.write([count, gone, *(Delete(pointer) for pointer in _pointer_keys(subscription))])
    except ConditionsFailed:
        raise NoSubscription from None


def change_subscription(
    table: Table,
    owner: str,
    subscription_id: str,
    changes: Mapping[str, Any],
    *,
    expected: Mapping[str, Any] | None = None,
    along: Sequence[Write] = (),
) -> None:
    """Set attributes of one that exists, if its ``expected`` attributes are as given; ``along`` is written with it or
    not at all. Raises NoSubscription."""
    expected = expected or {}
    conditions = ["attribute_exists(pk)", *(f"#{name} = :was_{name}" for name in expected)]
    change = Update(
        key=keys.subscription(owner, subscription_id),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in changes)}",
        condition=" AND ".join(conditions),
        names={name: name for name in {*changes, *expected}},
        values={**changes, **{f"was_{name}": value for name, value in expected.items()}},
    )
    try:
        table.write([change, *along])
    except ConditionsFailed:
        raise NoSubscription from None


def status_change(
    subscription: Subscription, status: SubscriptionStatus, reason: PassiveReason | None, at: datetime
) -> Write:
    """The event that a subscription was turned on or off, to be written along with the change."""
    key = keys.status_change(subscription.owner, subscription.subscription_id, to_ms(at))
    return Replace({**key, "at": to_ms(at), "status": status.value, "reason": reason and reason.value})


def read_status_changes(table: Table, owner: str, subscription_id: str) -> list[StatusChange]:
    """The latest ones, oldest first."""
    prefix = keys.status_change_prefix(subscription_id)
    items = table.page(keys.subscriber(owner), _MOST_SHOWN, after=prefix, before=f"{prefix}~", newest_first=True)
    return [StatusChange(from_ms(int(item["at"])), item["status"], item["reason"]) for item in reversed(items)]


def signing_document(signing_keys: Sequence[SigningKey]) -> list[dict[str, Any]]:
    """Signing keys as they are kept."""
    return [{"sealed": each.sealed, "expires_at": _optional_ms(each.expires_at)} for each in signing_keys]


def read_owned(table: Table, owner: str) -> list[Subscription]:
    """All of an owner's, oldest first."""
    items = (item for item in table.query(keys.subscriber(owner), keys.SUBSCRIPTION_PREFIX) if "url" in item)
    return _sorted([to_subscription(item) for item in items])


def read_told_of(table: Table, seller_id: int) -> list[Subscription]:
    """All that are told of a seller: its own, and channels'. One query, and one read more if there are channels'."""
    items = list(table.query(keys.subscription_partition(seller_id), keys.SUBSCRIPTION_PREFIX))
    pointers = [item for item in items if "url" not in item]
    channels = table.batch_get([keys.subscription(item["owner"], item["subscription_id"]) for item in pointers])
    return _sorted([to_subscription(item) for item in [*items, *channels] if "url" in item])


def read_subscription(table: Table, owner: str, subscription_id: str) -> Subscription | None:
    """Strongly consistent."""
    item = table.get(keys.subscription(owner, subscription_id))
    return None if item is None or "url" not in item else to_subscription(item)


def _sorted(subscriptions: list[Subscription]) -> list[Subscription]:
    return sorted(subscriptions, key=lambda each: (each.created_at, each.subscription_id))


def _pointer_keys(subscription: Subscription) -> list[keys.Key]:
    """None for a seller's own: they are in the seller's partition themselves."""
    others = (seller for seller in sorted(subscription.sellers) if seller_owner(seller) != subscription.owner)
    return [keys.channel_pointer(seller, subscription.subscription_id) for seller in others]


def _item(subscription: Subscription) -> Item:
    return {
        **keys.subscription(subscription.owner, subscription.subscription_id),
        "subscription_id": subscription.subscription_id,
        "owner": subscription.owner,
        "sellers": sorted(subscription.sellers),
        "dialect": subscription.dialect.value,
        "url": subscription.url,
        "authentication": subscription.authentication.value,
        "username": subscription.username,
        "sealed_secret": subscription.sealed_secret,
        "signing_keys": signing_document(subscription.signing_keys),
        "statuses": sorted(subscription.statuses),
        "status": subscription.status.value,
        "passive_reason": subscription.passive_reason and subscription.passive_reason.value,
        "created_at": to_ms(subscription.created_at),
        "modified_at": _optional_ms(subscription.modified_at),
        "wants_since": to_ms(subscription.wants_since),
    }


def to_subscription(item: Item) -> Subscription:
    """A subscription from its item."""
    secret, reason = item["sealed_secret"], item["passive_reason"]
    return Subscription(
        subscription_id=item["subscription_id"],
        owner=item["owner"],
        sellers=frozenset(int(seller) for seller in item["sellers"]),
        dialect=Dialect(item["dialect"]),
        url=item["url"],
        authentication=Authentication(item["authentication"]),
        username=item["username"],
        sealed_secret=None if secret is None else bytes(secret),
        signing_keys=tuple(
            SigningKey(bytes(each["sealed"]), _optional_moment(each["expires_at"])) for each in item["signing_keys"]
        ),
        statuses=frozenset(item["statuses"]),
        status=SubscriptionStatus(item["status"]),
        created_at=from_ms(int(item["created_at"])),
        modified_at=_optional_moment(item["modified_at"]),
        wants_since=from_ms(int(item["wants_since"])),
        passive_reason=None if reason is None else PassiveReason(reason),
    )


def _optional_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _optional_moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(int(milliseconds))
