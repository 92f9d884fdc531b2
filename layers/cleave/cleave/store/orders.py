"""One seller's part of an order: its counter of events, its live packages, and the pointers to all of them."""

import json
from collections.abc import Iterator, Sequence

from cleave.clock import from_ms, to_ms
from cleave.domain.events import EventNote, PackageEvent, note_of
from cleave.domain.order import LiveLine, LivePackage, Order
from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.documents import pack, unpack
from cleave.store.table import Put, Table, Update, Write

# Each is a compressed package; a page stays far below what one query may bring.
_EVENT_PAGE = 50


def new_order(order_number: str, seller_id: int) -> Order:
    """An order of which nothing is stored yet."""
    return Order(order_number, seller_id, sequence=0, version=0, live=())


def read_orders(table: Table, order_number: str) -> list[Order]:
    """The parts of all sellers of an order, strongly consistent."""
    return [to_order(item) for item in table.query(keys.order_partition(order_number), keys.SELLER_PREFIX)]


def to_order(item: Item) -> Order:
    """An order from its item."""
    return Order(
        order_number=item["order_number"],
        seller_id=int(item["seller_id"]),
        sequence=int(item["sequence"]),
        version=int(item["version"]),
        live=tuple(_live_package(*live) for live in json.loads(item["live"])),
    )


def change_order(order: Order, packages: Sequence[Package], *, events: int) -> Write:
    """The write of an order after ``packages`` and ``events`` were put, if nobody wrote it since it was read."""
    live = _live_text(order.with_packages(packages))
    sequence = order.sequence + events
    key = keys.order(order.seller_id, order.order_number)
    if not order.version:
        owner = {"order_number": order.order_number, "seller_id": order.seller_id}
        return Put({**key, **owner, "sequence": sequence, "version": 1, "live": live})
    return Update(
        key=key,
        change="SET live = :live, #sequence = :sequence, version = :next",
        condition="version = :version",
        names={"sequence": "sequence"},
        values={"live": live, "sequence": sequence, "version": order.version, "next": order.version + 1},
    )


def put_order_package(package: Package) -> Put:
    """The pointer from an order to a package of its; it stays when the package is closed."""
    key = keys.order_package(package.seller_id, package.order_number, package.package_id)
    return Put({**key, "package_id": package.package_id})


def order_package_ids(table: Table, seller_id: int, order_number: str) -> list[int]:
    """All packages that the seller's order ever had."""
    pointers = table.query(keys.order_partition(order_number), keys.order_package_prefix(seller_id))
    return [int(pointer["package_id"]) for pointer in pointers]


def put_event(event: PackageEvent, packed: bytes | None = None) -> Put:
    """The write of an event; the stream carries it on. ``packed`` is its package, if it is packed already."""
    return Put(
        {
            **keys.event(event.seller_id, event.order_number, event.sequence),
            "kind": keys.EVENT,
            "order_number": event.order_number,
            "seller_id": event.seller_id,
            "sequence": event.sequence,
            "at": to_ms(event.at),
            "correlation_id": event.correlation_id,
            "status": event.package.status.value,
            "package_id": event.package.package_id,
            "storefront": event.package.storefront,
            "document": packed or pack(event.package),
            keys.PENDING: keys.pending(event.order_number),
            keys.WAITING_SINCE: to_ms(event.at),
        }
    )


def fanned_out(event: PackageEvent) -> Update:
    """Note that every delivery of the event is queued."""
    return Update(
        key=keys.event(event.seller_id, event.order_number, event.sequence),
        change="REMOVE pending, waiting_since",
        condition="attribute_exists(pk)",
    )


def read_event(table: Table, seller_id: int, order_number: str, sequence: int) -> PackageEvent | None:
    """Strongly consistent."""
    item = table.get(keys.event(seller_id, order_number, sequence))
    return None if item is None else to_event(item)


def read_events(table: Table, seller_id: int, order_number: str, first: int, last: int) -> list[PackageEvent]:
    """Events from ``first`` to ``last``, in order."""
    return [to_event(item) for item in _event_items(table, seller_id, order_number, first, last)]


def read_event_notes(table: Table, seller_id: int, order_number: str, first: int, last: int) -> list[EventNote]:
    """The same without their packages, whose documents are not opened."""
    return [_to_note(item) for item in _event_items(table, seller_id, order_number, first, last)]


def _event_items(table: Table, seller_id: int, order_number: str, first: int, last: int) -> Iterator[Item]:
    after, before = keys.event_place(seller_id, first - 1), keys.event_place(seller_id, last + 1)
    while page := table.page(keys.order_partition(order_number), _EVENT_PAGE, after=after, before=before):
        yield from page
        after = page[-1]["sk"]


def _to_note(item: Item) -> EventNote:
    if "storefront" not in item:  # happened before it was there
        return note_of(to_event(item))
    return EventNote(
        sequence=int(item["sequence"]),
        at=from_ms(int(item["at"])),
        package_id=int(item["package_id"]),
        storefront=item["storefront"],
        status=item["status"],
        correlation_id=item.get("correlation_id", ""),
    )


def to_event(item: Item) -> PackageEvent:
    """An event from its item."""
    return PackageEvent(
        order_number=item["order_number"],
        seller_id=int(item["seller_id"]),
        sequence=int(item["sequence"]),
        at=from_ms(int(item["at"])),
        package=unpack(bytes(item["document"])),
        correlation_id=item.get("correlation_id", ""),  # happened before there was one
    )


def live_size(live: Sequence[LivePackage]) -> int:
    """The bytes that live packages take of the order's item, of which DynamoDB allows 400 KB."""
    return len(_live_text(live).encode())


def _live_text(live: Sequence[LivePackage]) -> str:
    """JSON in one attribute: no condition looks into it, and an attribute for each value is larger and slower."""
    rows = [
        [
            package.package_id,
            to_ms(package.created_at),
            [[line.line_id, line.item_number, line.quantity] for line in package.lines],
        ]
        for package in live
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _live_package(package_id: int, created_at: int, lines: Sequence[tuple[int, str, int]]) -> LivePackage:
    return LivePackage(package_id, from_ms(created_at), tuple(LiveLine(*line) for line in lines))
