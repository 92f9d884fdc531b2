"""Event items: a change of an order, with its packages packed together, and its recipients."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleave.clock import from_ms, optional_moment, optional_ms, to_ms
from cleave.domain.delivery import Delivery
from cleave.domain.domain_events import Topic
from cleave.domain.events import Event, EventNote
from cleave.domain.package import Package
from cleave.domain.recipients import Selection, Telling, messages_of
from cleave.domain.subscription import MAX_TRACKS, ChannelEvent
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.documents import checked, pack, unpack
from cleave.store.formats import CURRENT, Unreadable, read_with, text, within
from cleave.table.attributes import Item
from cleave.table.requests import Create
from cleave.table.table import Table

# Bytes of packed documents in one item, which has 400 KB at most with its other attributes.
_MOST_BYTES = 256 * 1024
_PAGE = 50
# More than an event can make: it has a hundred packages with some thousands of lines at most.
MOST_MESSAGES = 100_000
# Short names in a recipient's entry of an event.
_SHIPMENTS = {
    ChannelEvent.SHIPMENT_CREATED: "b",
    ChannelEvent.SHIPMENT_CANCELLED: "x",
    ChannelEvent.SHIPMENT_MOVED: "m",
}
_LINES, _FACTS = "c", "e"


def group_by_size(packages: Sequence[Package]) -> list[list[Package]]:
    """The packages of a change, divided into those that fit one item."""
    if len(pack(packages)) <= _MOST_BYTES:
        return [[*packages]]
    groups: list[list[Package]] = [[]]
    size = 0
    for package in packages:
        more = len(pack([package]))
        if groups[-1] and size + more > _MOST_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(package)
        size += more
    return groups


def create_event(event: Event, expires_at: int, *, is_due: bool) -> Create:
    """The write of an event. ``is_due``: the event itself is marked as due, and is kept until its fan-out is done."""
    key = order_keys.event(event.seller_id, event.order_number, event.first)
    mark = {keys.DUE: to_ms(event.at), keys.SHARD: keys.shard(key)} if is_due else {keys.EXPIRES: expires_at}
    item = {
        **key,
        **CURRENT,
        "at": to_ms(event.at),
        "packages": [[each.package_id, str(each.status), each.storefront] for each in event.packages],
        "document": pack(event.packages),
        "told": {name: _telling_item(telling) for name, telling in event.told.items()},
        "correlation_id": event.correlation_id,
        **({} if event.topic is Topic.STATUS else {"topic": event.topic.value}),
        **mark,
    }
    return Create(item, ("event", event.seller_id, event.first))


def to_event(item: Item) -> Event:
    """An event from its item. Raises Unreadable."""
    return read_with(_event, item)


def to_told_event(item: Item, listed: Delivery) -> Event:
    """An event from its item, for a message of a delivery.

    Raises Unreadable, also if it has fewer messages than the delivery: one of the two is damaged.
    """
    return read_with(lambda found: _told_event(found, listed), item)


def _told_event(item: Item, listed: Delivery) -> Event:
    event = _event(item)
    for package in event.packages:
        checked(package)
    if len(messages_of(listed.selection, listed.owner, event.packages, event.topic)) < listed.count:
        raise ValueError("fewer messages than the delivery has")
    return event


def _event(item: Item) -> Event:
    seller_id, first = _placed(item)
    return Event(
        order_number=item[keys.PARTITION].partition("#")[2],
        seller_id=seller_id,
        first=first,
        at=from_ms(int(item["at"])),
        packages=unpack(bytes(item["document"])),
        told={name: _to_telling(telling) for name, telling in item["told"].items()},
        correlation_id=text(item["correlation_id"]),
        topic=_topic(item),
    )


def _topic(item: Item) -> Topic:
    """The event's topic. An item without one is about a status, as almost all are."""
    return Topic(item.get("topic", Topic.STATUS))


def _placed(item: Item) -> tuple[int, int]:
    seller_id, first = item[keys.SORT].removeprefix(keys.EVENT_PREFIX).split("#")
    return int(seller_id), int(first)


def read_events(table: Table, seller_id: int, order_number: str, first: int, last: int) -> list[Event]:
    """The events whose first numbers are from the one to the other, in order; strongly consistent.

    Raises Unreadable.
    """
    after, before = order_keys.event_place(seller_id, first - 1), order_keys.event_place(seller_id, last + 1)
    items = table.page(order_keys.order_partition(order_number), last - first + 1, after=after, before=before)
    return [to_event(item) for item in items]


def read_told_event(table: Table, listed: Delivery) -> Event | None:
    """A delivery's event; strongly consistent. Raises Unreadable as ``to_told_event`` does."""
    item = table.get(order_keys.event(listed.lane.seller_id, listed.lane.order_number, listed.event))
    return None if item is None else to_told_event(item, listed)


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event without its packages, whose documents are not opened."""

    first: int
    at: datetime
    notes: tuple[EventNote, ...]
    told: Mapping[str, Telling]


@dataclass(frozen=True, slots=True)
class DamagedEvent:
    """An event that cannot be read. ``sequence`` is its number, from its key."""

    sequence: int
    why: Unreadable

    @property
    def notes(self) -> "tuple[DamagedEvent, ...]":
        """One note instead of those of its packages."""
        return (self,)


def read_summaries(
    table: Table, seller_id: int, order_number: str, sequence: int = 1
) -> Iterator[EventSummary | DamagedEvent]:
    """The events in order, from the one that holds the number ``sequence``; strongly consistent."""
    partition, end = order_keys.order_partition(order_number), f"{keys.EVENT_PREFIX}{seller_id}#~"
    start, behind = order_keys.event_place(seller_id, 0), order_keys.event_place(seller_id, sequence + 1)
    yield from map(_listed, table.page(partition, 1, after=start, before=behind, newest_first=True))
    after = order_keys.event_place(seller_id, sequence)
    while page := table.page(partition, _PAGE, after=after, before=end):
        yield from map(_listed, page)
        after = page[-1][keys.SORT]


def _listed(item: Item) -> EventSummary | DamagedEvent:
    try:
        return to_summary(item)
    except Unreadable as damaged:
        return DamagedEvent(_placed(item)[1], damaged)


def told_places(table: Table, seller_id: int, order_number: str, subscription_id: str) -> list[str] | None:
    """The places of all deliveries that the order's events make for a subscription, in order; None if an event cannot
    be read."""
    places: list[str] = []
    for each in read_summaries(table, seller_id, order_number):
        if isinstance(each, DamagedEvent):
            return None
        if subscription_id in each.told:
            places.append(webhook_keys.event_place(to_ms(each.at), seller_id, order_number))
    return places


def to_summary(item: Item) -> EventSummary:
    """An event from its item, without opening its documents. Raises Unreadable."""
    return read_with(_summary, item)


def _summary(item: Item) -> EventSummary:
    _, first = _placed(item)
    at, correlation_id = from_ms(int(item["at"])), text(item["correlation_id"])
    notes = tuple(
        EventNote(first + place, at, int(package_id), text(storefront), text(status), correlation_id, _topic(item))
        for place, (package_id, status, storefront) in enumerate(item["packages"])
    )
    return EventSummary(first, at, notes, {name: _to_telling(telling) for name, telling in item["told"].items()})


def _telling_item(telling: Telling) -> list[Any]:
    previous = optional_ms(telling.previous_at)
    return [telling.owner, telling.track, to_text(telling.selection), telling.count, telling.first, previous]


def _to_telling(item: Sequence[Any]) -> Telling:
    owner, track, selection, count, first, previous = item
    return Telling(
        owner=text(owner),
        track=within(track, 0, MAX_TRACKS - 1),
        selection=from_text(selection),
        count=within(count, 1, MOST_MESSAGES),
        first=int(first),
        previous_at=optional_moment(previous),
    )


def to_text(selection: Selection) -> str:
    """A selection as text: ``p0 p1`` for whole packages, ``c`` for cancelled lines, ``e`` for domain events, and a
    letter for each kind of change of shipments."""
    lines = [_LINES] if selection.cancelled_lines else []
    facts = [_FACTS] if selection.domain_events else []
    shipments = [_SHIPMENTS[each] for each in sorted(selection.shipments)]
    return " ".join([*(f"p{place}" for place in selection.packages), *lines, *facts, *shipments])


def from_text(text: str) -> Selection:
    """The selection from the text of ``to_text``. Raises ValueError for any other text."""
    parts = text.split()
    packages = [part for part in parts if part.startswith("p")]
    shipments = frozenset(each for each, sign in _SHIPMENTS.items() if sign in parts)
    if len(packages) + parts.count(_LINES) + parts.count(_FACTS) + len(shipments) != len(parts):
        raise ValueError(f"not a selection: {text}")
    return Selection(tuple(int(part[1:]) for part in packages), _LINES in parts, _FACTS in parts, shipments)
