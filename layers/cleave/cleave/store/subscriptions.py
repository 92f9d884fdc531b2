"""Webhook subscriptions, by their owner. Splits read their copy in ``recipients``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from cleave.clock import from_ms, optional_moment, optional_ms, to_ms
from cleave.domain.dialect import Dialect
from cleave.domain.status import Status
from cleave.domain.subscription import (
    ITEMS_ONLY,
    MAX_TRACKS,
    Authentication,
    ChannelEvent,
    PassiveReason,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    Turn,
)
from cleave.store import keys, recipients, webhook_keys
from cleave.store.formats import (
    CURRENT,
    Unreadable,
    each_read,
    numbers,
    optional_text,
    read_with,
    text,
    texts,
    whole_number,
    within,
)
from cleave.store.owners import count_one_more
from cleave.store.tracks import new_tracks
from cleave.table.attributes import Item, to_item
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.requests import Create, IndexQuery, Update, Write, set_attributes
from cleave.table.table import Table


class TooManySubscriptions(Exception):  # noqa: N818 - an answer, not an error
    """The owner has the maximum of webhooks, or one of its sellers has, or the owner has ended."""


@dataclass(frozen=True, slots=True)
class FoundSubscriptions:
    """Those that can be read, oldest first, and the others."""

    subscriptions: Sequence[Subscription] = ()
    damaged: Sequence[Unreadable] = ()

    @property
    def damaged_ids(self) -> list[str]:
        return [str(webhook_keys.subscribed(each.key)) for each in self.damaged]


class NoSubscription(Exception):  # noqa: N818 - an answer, not an error
    """There is none of this id any more."""


def create_subscription(table: Table, subscription: Subscription) -> None:
    """Store a new subscription, count it, and add it to its sellers' lists. Raises TooManySubscriptions."""
    writes = [
        count_one_more(subscription.owner),
        Create({**_key(subscription), **CURRENT, **_attributes(subscription)}, "subscription"),
        *recipients.add_recipient(subscription),
        *new_tracks(subscription.owner, subscription.subscription_id, subscription.tracks),
    ]
    try:
        table.write(writes)
    except ConditionsFailed as failed:
        raise TooManySubscriptions(str(failed)) from None


def change_subscription(
    table: Table, changed: Subscription, *, tell_sellers: bool, along: Sequence[Write] = ()
) -> None:
    """Write one that exists, if nobody has since the ``version`` that it still has; ``along`` with it, or nothing.

    ``tell_sellers``: it wants other messages now, so its sellers' lists change too. Raises NoSubscription, OutOfDate or
    Contended.
    """
    attributes = {**_attributes(changed), "version": changed.version + 1}
    write = Update(
        key=_key(changed),
        change=f"SET {set_attributes(attributes)}",
        condition="#version = :was_version",
        names={name: name for name in attributes},
        values={**attributes, "was_version": changed.version},
        label="subscription",
    )
    _write(table, [write, *(recipients.change_recipient(changed) if tell_sellers else []), *along])


def unchanged(subscription: Subscription) -> Update:
    """The write, in another's transaction, that changes nothing and fails if the webhook was written since."""
    return Update(
        key=_key(subscription),
        change="REMOVE nothing",
        condition="#version = :version",
        names={"version": "version"},
        values={"version": subscription.version},
        label="subscription",
    )


def is_current(table: Table, subscription: Subscription) -> bool:
    """Whether nobody has written it since it was read. Strongly consistent."""
    item = table.get(_key(subscription))
    return item is not None and item.get("version") == subscription.version


def _write(table: Table, writes: Sequence[Write]) -> None:
    try:
        table.write(writes)
    except ConditionsFailed as failed:
        if failed.found.get("subscription", {}) is None:
            raise NoSubscription(str(failed)) from None
        raise OutOfDate(str(failed)) from None


def read_owned(table: Table, owner: str) -> FoundSubscriptions:
    return _found(table.query(webhook_keys.subscriber(owner), keys.SUBSCRIPTION_PREFIX))


def read_subscription(table: Table, owner: str, subscription_id: str) -> Subscription | None:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(webhook_keys.subscription(owner, subscription_id))
    return None if item is None else to_subscription(item)


def read_told_of(table: Table, seller_id: int) -> FoundSubscriptions:
    """All webhooks with a seller: its own, and channels'. Two reads."""
    item = table.get(webhook_keys.recipients(seller_id))
    if item is None:
        return FoundSubscriptions([], [])
    known, damaged = recipients.entries(item)
    found = _found(table.batch_get([webhook_keys.subscription(each.owner, each.subscription_id) for each in known]))
    return replace(found, damaged=[*found.damaged, Unreadable(item)]) if damaged else found


def _found(items: Iterable[Item]) -> FoundSubscriptions:
    found, damaged = each_read(to_subscription, items)
    return FoundSubscriptions(sorted(found, key=lambda each: (each.created_at, each.subscription_id)), damaged)


def read_subscriptions(table: Table, refs: Sequence[tuple[str, str]]) -> tuple[list[Subscription], list[str]]:
    """Those that exist, by owner and id, in the order asked for, and the ids of those that cannot be read.

    Strongly consistent.
    """
    items = table.batch_get([webhook_keys.subscription(*each) for each in dict.fromkeys(refs)])
    found: dict[tuple[str, str], Subscription] = {}
    damaged: list[str] = []
    for item in items:
        try:
            found[webhook_keys.subscription_at(item)] = to_subscription(item)
        except Unreadable:
            damaged.append(webhook_keys.subscription_at(item)[1])
    return [found[each] for each in refs if each in found], sorted(damaged)


def list_subscriptions(
    table: Table, before: int | None, limit: int, status: SubscriptionStatus | None = None
) -> list[tuple[int, tuple[str, str]]]:
    """Places, owners and ids of everybody's webhooks that stand before a place, the newest first; None: all.

    Eventually consistent.
    """
    query = IndexQuery(
        index=keys.BY_CREATED,
        condition="#listing = :listing AND #created < :before",
        projection="pk, sk, #created",
        names={"listing": keys.LISTING, "created": keys.BY_CREATED, **({"status": "status"} if status else {})},
        values={
            "listing": webhook_keys.SUBSCRIPTIONS,
            "before": keys.LAST_PLACE if before is None else before,
            **({"status": status.value} if status else {}),
        },
        descending=True,
        only="#status = :status" if status else None,
        limit=None if status else limit,
    )
    found = map(to_item, islice(table.query_index(query), limit))
    return [(int(each[keys.BY_CREATED]), webhook_keys.subscription_at(each)) for each in found]


def _key(subscription: Subscription) -> dict[str, str]:
    return webhook_keys.subscription(subscription.owner, subscription.subscription_id)


def _attributes(subscription: Subscription) -> Item:
    return {
        "sellers": sorted(subscription.sellers),
        "dialect": subscription.dialect.value,
        "url": subscription.url,
        "authentication": subscription.authentication.value,
        "username": subscription.username,
        "sealed_secret": subscription.sealed_secret,
        "signing_keys": [
            {"sealed": each.sealed, "expires_at": optional_ms(each.expires_at)} for each in subscription.signing_keys
        ],
        "statuses": sorted(subscription.statuses),
        "status": subscription.status.value,
        keys.LISTING: webhook_keys.SUBSCRIPTIONS,
        keys.BY_CREATED: webhook_keys.subscription_place(to_ms(subscription.created_at), subscription.subscription_id),
        "passive_reason": subscription.passive_reason and subscription.passive_reason.value,
        "created_at": to_ms(subscription.created_at),
        "modified_at": optional_ms(subscription.modified_at),
        "tracks": subscription.tracks,
        "payload": subscription.payload.value,
        "turns": [
            [to_ms(each.at), each.status.value, each.reason and each.reason.value] for each in subscription.turns
        ],
        "version": subscription.version,
        "countries": sorted(subscription.countries),
        "channel_events": sorted(subscription.channel_events),
    }


def to_subscription(item: Item) -> Subscription:
    """A subscription from its item. Raises Unreadable."""
    return read_with(_subscription, item)


def _subscription(item: Item) -> Subscription:
    secret, reason = item["sealed_secret"], item["passive_reason"]
    return Subscription(
        subscription_id=item[keys.SORT].removeprefix(keys.SUBSCRIPTION_PREFIX),
        owner=item[keys.PARTITION].partition("#")[2],
        sellers=numbers(item["sellers"]),
        dialect=Dialect(item["dialect"]),
        url=text(item["url"]),
        authentication=Authentication(item["authentication"]),
        username=optional_text(item["username"]),
        sealed_secret=None if secret is None else bytes(secret),
        signing_keys=tuple(
            SigningKey(bytes(each["sealed"]), optional_moment(each["expires_at"])) for each in item["signing_keys"]
        ),
        statuses=frozenset(Status(each).value for each in item["statuses"]),
        status=SubscriptionStatus(item["status"]),
        created_at=from_ms(int(item["created_at"])),
        modified_at=optional_moment(item["modified_at"]),
        tracks=within(item["tracks"], 1, MAX_TRACKS),
        payload=PayloadFormat(item["payload"]),
        passive_reason=None if reason is None else PassiveReason(reason),
        turns=tuple(_to_turn(*turn) for turn in item["turns"]),
        version=whole_number(item["version"]),
        countries=texts(item.get("countries", [])),
        channel_events=frozenset(ChannelEvent(each) for each in item.get("channel_events", ITEMS_ONLY)),
    )


def _to_turn(at: int, status: str, reason: str | None) -> Turn:
    return Turn(from_ms(int(at)), SubscriptionStatus(status), None if reason is None else PassiveReason(reason))
