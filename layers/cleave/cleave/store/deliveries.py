"""A webhook's deliveries, waiting and settled.

A waiting delivery is one item with all messages of an event, in the partition of its track. When every message is
delivered or exhausted, the delivery is put among the settled ones, and then deleted from the waiting ones. A process
may die in between: the next drain that finds it in both places deletes it. A settled delivery whose messages a person
wants again waits once more, beside the settled item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cleave.clock import to_ms
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import Event
from cleave.store import keys, webhook_keys
from cleave.store.delivery_items import Listed, delivery_item, placed_in, progress_item, to_listed
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Create, Delete, Key, Put, Update, Write
from cleave.table.table import Table

# To count a backlog, this many of the oldest of each track are compared with settled deliveries.
_CHECKED = 3


def deliveries_of(event: Event) -> list[tuple[int, Delivery]]:
    """An event's deliveries, one for each recipient, with their tracks."""
    return [
        (
            telling.track,
            Delivery(
                lane=Lane(subscription_id, event.seller_id, event.order_number),
                owner=telling.owner,
                event_at=event.at,
                event=event.first,
                selection=telling.selection,
                count=telling.count,
                first=telling.first,
                previous_at=telling.previous_at,
            ),
        )
        for subscription_id, telling in event.told.items()
    ]


def delivery_place(event_at: datetime, seller_id: int, order_number: str) -> str:
    """The sort key of an event's delivery: along a lane, in the order of the events."""
    return webhook_keys.event_place(to_ms(event_at), seller_id, order_number)


def place_of(delivery: Listed) -> str:
    return delivery_place(delivery.event_at, delivery.lane.seller_id, delivery.lane.order_number)


def previous_place(delivery: Delivery) -> str | None:
    """The sort key of the previous delivery in its lane; None for the first."""
    if delivery.previous_at is None:
        return None
    return webhook_keys.event_place(to_ms(delivery.previous_at), delivery.lane.seller_id, delivery.lane.order_number)


def places_between(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    """Sort keys before and after all deliveries of events within that time; None: without an end."""
    first = "" if since is None else webhook_keys.delivery_time(to_ms(since))
    return first, "~" if until is None else webhook_keys.delivery_time(to_ms(until))


def settled_key(delivery: Delivery) -> Key:
    """The key of a delivery once it is settled."""
    return webhook_keys.settled(delivery.lane.subscription_id, place_of(delivery))


def waiting_key(delivery: Delivery, track: int) -> Key:
    return webhook_keys.waiting(delivery.lane.subscription_id, track, place_of(delivery))


def queue_delivery(table: Table, track: int, delivery: Delivery) -> bool:
    """Queue a new delivery; False if it waits already. A repeat never undoes a later state."""
    try:
        table.create(Create({**waiting_key(delivery, track), **delivery_item(delivery)}))
    except ConditionsFailed:
        return False
    return True


def read_waiting(table: Table, subscription_id: str, track: int, after: str, limit: int) -> list[Listed]:
    """A track's waiting deliveries, oldest first; strongly consistent."""
    items = table.page(webhook_keys.waiting_partition(subscription_id, track), limit, after=after)
    return [to_listed(item) for item in items]


def waiting_since(table: Table, subscription_id: str, tracks: Iterable[int], limit: int) -> list[list[datetime]]:
    """For each track, the times of the events of its waiting deliveries, oldest first.

    Among the oldest, it leaves out deliveries that wait by mistake: a late fan-out put them again after they were
    settled.
    """
    pages = [table.page(webhook_keys.waiting_partition(subscription_id, track), limit) for track in tracks]
    unasked = [item[keys.SORT] for page in pages for item in page[:_CHECKED] if "asked" not in item]
    settled = table.batch_get([webhook_keys.settled(subscription_id, place) for place in dict.fromkeys(unasked)])
    old = {item[keys.SORT] for item in settled}
    return [[placed_in(item)[1] for item in page if item[keys.SORT] not in old] for page in pages]


def read_settled(table: Table, subscription_id: str, after: str, before: str, limit: int) -> list[Listed]:
    """Settled deliveries between two sort keys, oldest first."""
    items = table.page(webhook_keys.settled_partition(subscription_id), limit, after=after, before=before)
    return [to_listed(item) for item in items]


def read_delivery(table: Table, subscription_id: str, track: int, place: str) -> tuple[Listed | None, Listed | None]:
    """A delivery as waiting and as settled item; None for a missing one."""
    waiting, settled = read_deliveries_at(table, subscription_id, [(track, place)])
    return waiting.get(place), settled.get(place)


def read_deliveries_at(
    table: Table, subscription_id: str, places: Sequence[tuple[int, str]]
) -> tuple[dict[str, Listed], dict[str, Listed]]:
    """Several deliveries by track and place: their waiting and their settled items."""
    wanted = [
        key
        for track, place in dict.fromkeys(places)
        for key in (webhook_keys.waiting(subscription_id, track, place), webhook_keys.settled(subscription_id, place))
    ]
    waiting: dict[str, Listed] = {}
    settled: dict[str, Listed] = {}
    for item in table.batch_get(wanted):
        is_settled = item[keys.PARTITION] == webhook_keys.settled_partition(subscription_id)
        (settled if is_settled else waiting)[item[keys.SORT]] = to_listed(item)
    return waiting, settled


def note_progress(table: Table, track: int, delivery: Delivery, read: Delivery) -> bool:
    """Note a waiting delivery's progress. ``read`` is the delivery as it was read.

    False if it is gone, or a person has asked for some of its messages meanwhile: their request stays.
    """
    attributes = progress_item(delivery)
    change = Update(
        key=waiting_key(delivery, track),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in attributes)}",
        condition=f"attribute_exists(pk) AND {_asked_as(read)}",
        names={**{name: name for name in attributes}, "asked": "asked"},
        values={**attributes, **_asked_value(read)},
    )
    return table.try_update(change)


def settle_delivery(delivery: Delivery) -> Put:
    """The write that stores a delivery as settled: every message was taken or given up."""
    item = delivery_item(replace(delivery, again=frozenset(), asked=None))
    return Put({**settled_key(delivery), **item})


def delete_waiting(track: int, read: Delivery) -> Delete:
    """The write that deletes a settled delivery from the waiting ones, unless a person has asked for it since it was
    ``read``."""
    return Delete(
        key=waiting_key(read, track),
        condition=f"attribute_not_exists(pk) OR {_asked_as(read, prefix='')}",
        values=_asked_value(read),
        label="waiting",
    )


def ask_again(
    track: int, waiting: Delivery | None, settled: Delivery | None, places: Sequence[int], wish: str
) -> Write:
    """The write of a person's request to resend messages; ``wish`` names it.

    Messages that wait anyway keep waiting. The condition fails if the delivery has changed since it was read.
    """
    read = waiting or settled
    if read is None:
        raise LookupError("no delivery to send again")
    sent = {place for place in places if place < read.progress}
    wanted = replace(read, again=read.again | sent, asked=wish, attempts=0, first_attempt_at=None, not_before=None)
    if waiting is None:
        return Create({**waiting_key(wanted, track), **delivery_item(wanted)}, "waiting")
    attributes = {**progress_item(wanted), "asked": wish}
    return Update(
        key=waiting_key(wanted, track),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in attributes)}",
        condition=f"attribute_exists(pk) AND progress = :was_progress AND {_asked_as(waiting)}",
        names={name: name for name in attributes},
        values={**attributes, "was_progress": waiting.progress, **_asked_value(waiting)},
        label="waiting",
    )


def _asked_as(read: Delivery, prefix: str = "#") -> str:
    name = f"{prefix}asked"
    return f"attribute_not_exists({name})" if read.asked is None else f"{name} = :was_asked"


def _asked_value(read: Delivery) -> dict[str, Any]:
    return {} if read.asked is None else {"was_asked": read.asked}
