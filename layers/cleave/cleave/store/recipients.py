"""Who is told of a seller's events: one item, which each split of the seller's packages reads.

Each webhook has an attribute of its own in it, by the webhook's id, so that two that are made or changed at once do not
meet. An owner's change of a webhook writes this item in the same transaction.
"""

from collections.abc import Mapping
from typing import Any

from cleave.domain.recipients import MAX_CHANNELS, Recipient, recipient_of
from cleave.domain.subscription import ITEMS_ONLY, ChannelEvent, PayloadFormat, Subscription, seller_owner
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, FORMAT, flag, read_with, text
from cleave.table.attributes import Item
from cleave.table.requests import Update, Write
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
    return [_to_recipient(name, value) for name, value in sorted(item.items()) if name not in _NO_WEBHOOKS]


def add_recipient(subscription: Subscription) -> list[Write]:
    """The writes that let a new webhook be told of its sellers; each fails for a seller that has no room for it."""
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
    """The writes that let a webhook's sellers know what it wants from now on."""
    value = _item(recipient_of(subscription))
    return [
        Update(
            key=webhook_keys.recipients(seller_id),
            change="SET #id = :value",
            condition="attribute_exists(#id)",
            names={"id": subscription.subscription_id},
            values={"value": value},
            label=(FULL, seller_id),
        )
        for seller_id in sorted(subscription.sellers)
    ]


def remove_recipient(subscription: Subscription) -> list[Write]:
    """The writes after which no event is for the webhook."""
    return [_remove(subscription, seller_id) for seller_id in sorted(subscription.sellers)]


def _remove(subscription: Subscription, seller_id: int) -> Update:
    is_own = subscription.owner == seller_owner(seller_id)
    return Update(
        key=webhook_keys.recipients(seller_id),
        change="REMOVE #id" if is_own else f"REMOVE #id SET {_CHANNELS} = {_CHANNELS} - :one",
        condition="attribute_exists(#id)",
        names={"id": subscription.subscription_id},
        values={} if is_own else {"one": 1},
        label=(FULL, seller_id),
    )


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
        owner=text(value["owner"]),
        payload=PayloadFormat(value["dialect"]),
        statuses=frozenset(map(text, value["statuses"])),
        is_wanted=flag(value["wanted"]),
        tracks=int(value["tracks"]),
        countries=frozenset(value.get("countries", ())),
        channel_events=frozenset(ChannelEvent(each) for each in value.get("events", ITEMS_ONLY)),
    )
