"""Taking a webhook away, or turning it off: whatever of its items can be read, it is done."""

from collections.abc import Sequence
from datetime import datetime

from cleave.clock import to_ms
from cleave.domain.subscription import (
    MAX_TRACKS,
    PassiveReason,
    SubscriptionStatus,
    owning_seller,
)
from cleave.store import keys, webhook_keys
from cleave.store.formats import within
from cleave.store.owners import COUNT, count_one_less, forget_count
from cleave.store.recipients import FULL, remove_recipient, silence_recipient
from cleave.store.subscriptions import NoSubscription
from cleave.store.tracks import delete_tracks
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed, Misfit, OutOfDate
from cleave.table.requests import Delete, Key, Label, Update, Write
from cleave.table.table import Table


def delete_subscription(table: Table, owner: str, subscription_id: str, sellers: frozenset[int] = frozenset()) -> None:
    """Delete it with its tracks; waiting deliveries are not sent, and expire.

    Damage in its other items does not prevent this. ``sellers`` are its sellers if the webhook itself cannot name them.
    Raises NoSubscription, or OutOfDate.
    """
    item = table.get(webhook_keys.subscription(owner, subscription_id))
    if item is None:
        raise NoSubscription(subscription_id)
    told_of = sorted(sellers_of(item, owner) or sellers)
    damaged: set[Label] = set()
    while True:
        try:
            table.write(_removal(item, owner, subscription_id, told_of, damaged))
        except Misfit as misfit:
            found = {_uncounted(misfit.key)}
        except ConditionsFailed as failed:
            if "subscription" in failed.found:
                raise NoSubscription(subscription_id) from None
            found = set(failed.found)
        else:
            return
        if found <= damaged:
            raise OutOfDate(subscription_id)
        damaged |= found


def _removal(item: Item, owner: str, subscription_id: str, sellers: Sequence[int], damaged: set[Label]) -> list[Write]:
    return [
        forget_count(owner) if COUNT in damaged else count_one_less(owner),
        Delete(_key(item), "attribute_exists(pk)", label="subscription"),
        *(
            _from_list(owner, subscription_id, each, damaged)
            for each in sellers
            if (FULL, each) not in damaged  # it is not among them
        ),
        *delete_tracks(subscription_id, _tracks_of(item)),
        Delete(webhook_keys.circuit(subscription_id)),
    ]


def _from_list(owner: str, subscription_id: str, seller_id: int, damaged: set[Label]) -> Update:
    is_counted = _uncounted(webhook_keys.recipients(seller_id)) not in damaged
    return remove_recipient(owner, subscription_id, seller_id, is_counted=is_counted)


def _uncounted(key: Key) -> Label:
    """The log line for an item whose count is damaged."""
    return COUNT if webhook_keys.owner_of(key) else ("uncounted", key[keys.PARTITION])


def _tracks_of(item: Item) -> int:
    """As many as it may have, if it does not say how many it has."""
    try:
        return within(item["tracks"], 1, MAX_TRACKS)
    except (LookupError, ValueError, TypeError):
        return MAX_TRACKS


def sellers_of(item: Item, owner: str) -> frozenset[int]:
    """The sellers of a webhook, as far as it names them; a seller's own webhook has no others."""
    own = owning_seller(owner)
    if own is not None:
        return frozenset({own})
    said = item.get("sellers")
    try:
        return frozenset(int(each) for each in said) if isinstance(said, list) else frozenset()
    except (ValueError, TypeError, ArithmeticError):
        return frozenset()


def silence_subscription(table: Table, owner: str, subscription_id: str, at: datetime) -> None:
    """Turn off a webhook that cannot be read, as its owner wants it. Raises NoSubscription."""
    item = table.get(webhook_keys.subscription(owner, subscription_id))
    if item is None:
        raise NoSubscription(subscription_id)
    values = {
        "status": SubscriptionStatus.PASSIVE.value,
        "passive_reason": PassiveReason.BY_OWNER.value,
        "modified_at": to_ms(at),
    }
    off = Update(
        key=_key(item),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in values)}",
        condition="attribute_exists(pk)",
        names={name: name for name in values},
        values=values,
        label="subscription",
    )
    told_of = sorted(sellers_of(item, owner))
    entries = [write for each in told_of for write in silence_recipient(table, subscription_id, each)]
    try:
        table.write([off, *entries])
    except ConditionsFailed as failed:
        if "subscription" in failed.found:
            raise NoSubscription(subscription_id) from None
        raise OutOfDate(subscription_id) from None


def says_off(item: Item) -> bool:
    """Whether a webhook, readable or not, was turned off by its owner."""
    return item.get("passive_reason") == PassiveReason.BY_OWNER.value


def _key(item: Item) -> Key:
    return {name: str(item[name]) for name in (keys.PARTITION, keys.SORT)}
