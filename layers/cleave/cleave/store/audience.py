"""The recipients of a seller's events: from the seller's list, or from the webhooks themselves if the list is damaged.

An owner's change of a webhook writes both in one transaction, so both hold the same facts.
"""

from collections.abc import Sequence

from cleave.domain.recipients import Recipient, recipient_of
from cleave.domain.subscription import PayloadFormat
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store import webhook_keys
from cleave.store.formats import Unreadable
from cleave.store.recipients import entries, put_right
from cleave.store.removing import says_off
from cleave.store.subscriptions import to_subscription
from cleave.store.tracks import to_owner
from cleave.table.attributes import Item
from cleave.table.table import Table


def mended_recipients(table: Table, item: Item) -> list[Recipient]:
    """All recipients of a seller, from the item. Unreadable entries are read from the webhooks, and the item is
    repaired.

    Raises Unreadable if a webhook cannot be read either.
    """
    found, damaged = entries(item)
    if not damaged:
        return found
    note(Log.RECIPIENTS_DAMAGED, item=str(Unreadable(item)), subscriptions=damaged)
    count(Metric.ITEMS_FAILED)
    again = _as_webhooks_say(table, damaged)
    put_right(table, item, again)
    return sorted([*found, *again], key=lambda each: each.subscription_id)


def _as_webhooks_say(table: Table, subscription_ids: Sequence[str]) -> list[Recipient]:
    """Those that are there; their tracks say whose they are."""
    tracks = table.batch_get([webhook_keys.track(each, 0) for each in subscription_ids])
    owners = {str(webhook_keys.subscription_of(track)): to_owner(track) for track in tracks}
    items = table.batch_get([webhook_keys.subscription(owner, each) for each, owner in owners.items()])
    return [_recipient(item) for item in items]


def _recipient(item: Item) -> Recipient:
    """The recipient. If its owner turned it off, it gets no events, even if its other attributes cannot be read."""
    try:
        return recipient_of(to_subscription(item))
    except Unreadable:
        if not says_off(item):
            raise
        owner, subscription_id = webhook_keys.subscription_at(item)
        return Recipient(subscription_id, owner, PayloadFormat.CLOUDEVENTS, frozenset(), is_wanted=False, tracks=1)
