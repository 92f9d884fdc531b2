"""The recipients of a seller's events: one item, which each split of the seller's packages reads.

Each webhook has an attribute of its own in it, by the webhook's id, so that two that are made or changed at once do not
meet. An owner's change of a webhook writes this item in the same transaction.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from cleave.domain.recipients import MAX_CHANNELS, Recipient, recipient_of
from cleave.domain.subscription import ITEMS_ONLY, MAX_TRACKS, ChannelEvent, PayloadFormat, Subscription, seller_owner
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, FORMAT, Unreadable, flag, is_later, owner_name, read_with, texts, within
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import ALWAYS, Update, Write
from cleave.table.table import Table

_CHANNELS = "channels"
_NO_WEBHOOKS = frozenset({keys.PARTITION, keys.SORT, FORMAT, _CHANNELS})
FULL = "recipients"


def read_recipients(table: Table, seller_id: int) -> list[Recipient]:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(webhook_keys.recipients(seller_id))
    return [] if item is None else to_recipients(item)


def to_recipients(item: Item) -> list[Recipient]:
    """All of a seller's, from the item. Raises Unreadable."""
    return read_with(_recipients, item)


def _recipients(item: Item) -> list[Recipient]:
    return [_to_recipient(name, item[name]) for name in _webhooks(item)]


def _webhooks(item: Item) -> list[str]:
    """In every format the ids are names of attributes."""
    return sorted(item.keys() - _NO_WEBHOOKS)


def entries(item: Item) -> tuple[list[Recipient], list[str]]:
    """Those of a seller's that can be read, and the webhooks of the others."""
    found: list[Recipient] = []
    damaged: list[str] = []
    for name in _webhooks(item):
        try:
            found.append(read_with(partial(_entry, name), item))
        except Unreadable:
            damaged.append(name)
    return found, damaged


def _entry(name: str, item: Item) -> Recipient:
    return _to_recipient(name, item[name])


def put_right(table: Table, item: Item, recipients: Sequence[Recipient]) -> None:
    """Write these entries in place of damaged ones, unless others were written since. Of a later format nothing is
    touched."""
    if is_later(item) or not recipients:
        return
    names = {f"n{place}": each.subscription_id for place, each in enumerate(recipients)}
    written = {f"v{place}": _item(each) for place, each in enumerate(recipients)}
    was = {f"w{place}": item[each.subscription_id] for place, each in enumerate(recipients)}
    change = Update(
        key={name: str(item[name]) for name in (keys.PARTITION, keys.SORT)},
        change=f"SET #format = :format, {', '.join(f'#n{place} = :v{place}' for place in range(len(names)))}",
        condition=" AND ".join(f"#n{place} = :w{place}" for place in range(len(names))),
        names={**names, "format": FORMAT},
        values={**written, **was, "format": CURRENT[FORMAT]},
    )
    with suppress(ConditionsFailed):
        table.update(change)


def add_recipient(subscription: Subscription) -> list[Write]:
    """The writes that add a new webhook to its sellers' lists; each fails for a seller that has no room for it."""
    return [_add(subscription, seller_id) for seller_id in sorted(subscription.sellers)]


def _add(subscription: Subscription, seller_id: int) -> Update:
    """A seller's own webhooks are limited by their owner's count."""
    is_own = subscription.owner == seller_owner(seller_id)
    one_more = "" if is_own else f", {_CHANNELS} = if_not_exists({_CHANNELS}, :none) + :one"
    has_room = "" if is_own else f" AND (attribute_not_exists({_CHANNELS}) OR {_CHANNELS} < :most)"
    return Update(
        key=webhook_keys.recipients(seller_id),
        change=f"SET #id = :value, #format = :format{one_more}",
        condition=f"attribute_not_exists(#id){has_room}",
        names={"id": subscription.subscription_id, "format": FORMAT},
        values={
            "value": _item(recipient_of(subscription)),
            "format": CURRENT[FORMAT],
            **({} if is_own else {"none": 0, "one": 1, "most": MAX_CHANNELS}),
        },
        label=(FULL, seller_id),
    )


def change_recipient(subscription: Subscription) -> list[Write]:
    """The writes that let a webhook's sellers know what it wants from now on, whatever their lists say of it."""
    value = _item(recipient_of(subscription))
    return [
        Update(
            key=webhook_keys.recipients(seller_id),
            change="SET #id = :value, #format = if_not_exists(#format, :format)",
            condition=ALWAYS,
            names={"id": subscription.subscription_id, "format": FORMAT},
            values={"value": value, "format": CURRENT[FORMAT]},
            label=(FULL, seller_id),
        )
        for seller_id in sorted(subscription.sellers)
    ]


def remove_recipient(owner: str, subscription_id: str, seller_id: int, *, is_counted: bool) -> Update:
    """The write that removes a webhook from a seller's list.

    ``is_counted``: channels' webhooks are counted; a damaged count starts again.
    """
    less = f"REMOVE #id SET {_CHANNELS} = {_CHANNELS} - :one" if is_counted else f"REMOVE #id, {_CHANNELS}"
    is_own = owner == seller_owner(seller_id)
    return Update(
        key=webhook_keys.recipients(seller_id),
        change="REMOVE #id" if is_own else less,
        condition="attribute_exists(#id)",
        names={"id": subscription_id},
        values={"one": 1} if is_counted and not is_own else {},
        label=(FULL, seller_id),
    )


def silence_recipient(table: Table, subscription_id: str, seller_id: int) -> list[Write]:
    """The write after which none of a seller's events is wanted by a webhook that cannot be read; none where its entry
    cannot be read either: then the webhook says it."""
    item = table.get(webhook_keys.recipients(seller_id))
    known = [each for each in entries(item)[0] if each.subscription_id == subscription_id] if item else []
    return [
        Update(
            key=webhook_keys.recipients(seller_id),
            change="SET #id = :value",
            condition="attribute_exists(#id)",
            names={"id": subscription_id},
            values={"value": _item(replace(each, is_wanted=False))},
            label=(FULL, seller_id),
        )
        for each in known
    ]


def _item(recipient: Recipient) -> dict[str, Any]:
    return {
        "owner": recipient.owner,
        "dialect": recipient.payload.value,
        "statuses": sorted(recipient.statuses),
        "wanted": recipient.is_wanted,
        "tracks": recipient.tracks,
        **({"countries": sorted(recipient.countries)} if recipient.countries else {}),
        **({"events": sorted(recipient.channel_events)} if recipient.channel_events != ITEMS_ONLY else {}),
    }


def _to_recipient(subscription_id: str, value: Mapping[str, Any]) -> Recipient:
    return Recipient(
        subscription_id=subscription_id,
        owner=owner_name(value["owner"]),
        payload=PayloadFormat(value["dialect"]),
        statuses=texts(value["statuses"]),
        is_wanted=flag(value["wanted"]),
        tracks=within(value["tracks"], 1, MAX_TRACKS),
        countries=texts(value.get("countries", [])),
        channel_events=frozenset(ChannelEvent(each) for each in value.get("events", ITEMS_ONLY)),
    )
