"""One seller's part of an order: its counters, its live packages, its subscribers' last message numbers."""

import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cleave.clock import from_ms, optional_moment, optional_ms, to_ms
from cleave.domain.order import LaneEnd, LiveLine, LivePackage, Order
from cleave.store import keys, order_keys
from cleave.store.formats import CURRENT, in_order, read_with, whole_number
from cleave.table.attributes import Item
from cleave.table.requests import Create, Label, Put, Update, set_attributes
from cleave.table.table import Table

if TYPE_CHECKING:
    from cleave.domain.package import Package

# Bytes of an id in DynamoDB, in a list or as a map's key.
_ID_BYTES = 20


def write_order(before: Order, after: Order, expires_at: int) -> Create | Update:
    """The write of an order, on condition that it is still as it was ``before``."""
    key = order_keys.order(after.seller_id, after.order_number)
    label = order_label(after)
    item = {**_attributes(after), "version": before.version + 1, keys.EXPIRES: expires_at}
    if not before.version:
        return Create({**key, **CURRENT, **item}, label)
    return Update(
        key=key,
        change=f"SET {set_attributes(item)}",
        condition="#version = :was",
        names={name: name for name in item},
        values={**item, "was": before.version},
        label=label,
    )


def order_label(order: Order) -> Label:
    """The label of an order's write."""
    return "order", order.seller_id


def _attributes(order: Order) -> Item:
    return {
        "sequence": order.sequence,
        "live": _live_bytes(order.live),
        "told": {name: [end.number, to_ms(end.at)] for name, end in order.told.items()},
        "last_at": optional_ms(order.last_at),
        "chains": {str(ended): list(begun) for ended, begun in order.chains.items()},
        "promised": {str(place): size for place, size in order.promised.items()},
    }


def to_order(item: Item) -> Order:
    """An order from its item. Raises Unreadable."""
    return read_with(_order, item)


def _order(item: Item) -> Order:
    return Order(
        order_number=item[keys.PARTITION].partition("#")[2],
        seller_id=_seller_id(item),
        sequence=int(item["sequence"]),
        version=whole_number(item["version"]),
        live=_read_live(bytes(item["live"])),
        last_at=optional_moment(item["last_at"]),
        told={name: LaneEnd(int(number), from_ms(int(at))) for name, (number, at) in item["told"].items()},
        chains={int(ended): in_order(begun) for ended, begun in item["chains"].items()},
        promised={int(place): int(size) for place, size in item["promised"].items()},
    )


def read_orders(table: Table, order_number: str, sellers: frozenset[int] | None = None) -> list[Order]:
    """These sellers' parts of an order (None: all), strongly consistent. Raises Unreadable for a damaged part."""
    items = table.query(order_keys.order_partition(order_number), order_keys.SELLER_PREFIX)
    return [to_order(item) for item in items if sellers is None or _seller_id(item) in sellers]


def order_sellers(table: Table, order_number: str) -> list[int]:
    """The sellers that have a part of the order, readable or not; strongly consistent."""
    return sorted(map(_seller_id, table.query(order_keys.order_partition(order_number), order_keys.SELLER_PREFIX)))


def _seller_id(item: Item) -> int:
    return int(item[keys.SORT].removeprefix(order_keys.SELLER_PREFIX))


def read_order(table: Table, seller_id: int, order_number: str) -> Order:
    """One seller's part, strongly consistent; an empty one if nothing is stored."""
    item = table.get(order_keys.order(seller_id, order_number))
    return Order(order_number, seller_id) if item is None else to_order(item)


def read_order_parts(table: Table, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Order]:
    """Several parts by seller and number, strongly consistent; an empty one if nothing is stored."""
    items = table.batch_get([order_keys.order(*each) for each in dict.fromkeys(wanted)])
    found = [to_order(item) for item in items]
    empty = {each: Order(each[1], each[0]) for each in wanted}
    return empty | {(order.seller_id, order.order_number): order for order in found}


def put_pointer(package: "Package", expires_at: int) -> Put:
    """The pointer from an order to one of its packages. It also names the package's parent, which does not live longer.
    Each event of the package writes it again, so it lives as long as the package."""
    key = order_keys.order_package(package.seller_id, package.order_number, package.package_id)
    parent = {} if package.parent_id is None else {"parent": package.parent_id}
    return Put({**key, **CURRENT, **parent, keys.EXPIRES: expires_at})


def order_package_ids(table: Table, seller_id: int, order_number: str) -> list[int]:
    """All packages that the seller's order has or had."""
    pointers = list(table.query(order_keys.order_partition(order_number), order_keys.order_package_prefix(seller_id)))
    own = [int(pointer[keys.SORT].rpartition("#")[2]) for pointer in pointers]
    return sorted({*own, *(parent for pointer in pointers if (parent := pointed_parent(pointer)) is not None)})


def pointed_parent(pointer: Item) -> int | None:
    """The package's parent according to its pointer. A damaged pointer may lack it; the package has it too."""
    try:
        return int(pointer["parent"])
    except (LookupError, ValueError, TypeError, ArithmeticError):
        return None


def order_size(order: Order) -> int:
    """The bytes that the order's growing parts may take uncompressed, including promised bytes."""
    chains = sum(_ID_BYTES * (1 + len(begun)) for begun in order.chains.values())
    return live_size(order.live) + chains + sum(order.promised.values())


def live_size(live: Sequence[LivePackage]) -> int:
    """The uncompressed size of live packages in bytes; compressed sizes do not add up."""
    return len(_live_text(live).encode())


def _live_bytes(live: Sequence[LivePackage]) -> bytes:
    """All in one attribute: no condition uses them, and an attribute for each value would be larger and slower."""
    return zlib.compress(_live_text(live).encode(), 6)


def _read_live(packed: bytes) -> tuple[LivePackage, ...]:
    try:
        rows = json.loads(zlib.decompress(packed))
    except zlib.error:
        raise ValueError("damaged live packages") from None
    return tuple(_to_live(*row) for row in rows)


def _live_text(live: Sequence[LivePackage]) -> str:
    return json.dumps([_live_row(package) for package in live], ensure_ascii=False, separators=(",", ":"))


def _live_row(package: LivePackage) -> list[Any]:
    chain = 0 if package.chain_id == package.package_id else package.chain_id
    lines = [[line.line_id, line.item_number, line.quantity] for line in package.lines]
    return [package.package_id, to_ms(package.created_at), chain, lines]


def _to_live(package_id: int, created_at: int, chain: int, lines: Sequence[tuple[int, str, int]]) -> LivePackage:
    return LivePackage(package_id, from_ms(created_at), chain or package_id, tuple(LiveLine(*line) for line in lines))
