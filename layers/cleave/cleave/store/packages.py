"""Package items, and the attributes that rules read without unpacking the document."""

from collections.abc import Iterator, Sequence
from itertools import batched

from cleave.clock import from_ms, to_ms
from cleave.domain.cancellation import Reservation
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.status import Status
from cleave.store import keys, order_keys
from cleave.store.availability import package_id_of, to_availability
from cleave.store.documents import checked, pack, unpack
from cleave.store.formats import CURRENT, Unreadable, read_with, whole_number
from cleave.store.orders import to_order
from cleave.store.reservations import WAITING, planned_of, reservations_of
from cleave.table.attributes import Item
from cleave.table.requests import Key, Update
from cleave.table.table import Table

# Line statuses that differ from the package's, one character each, so that index entries stay small.
WAYS = "ways"
_SIGNS = {str(status): chr(ord("!") + place) for place, status in enumerate(Status)}
_EXPORT = "export"
_READ_AT_ONCE = 10
_LINE_BYTES = 40  # of 5,000 lines, about as long to open as 200 KB of documents


def package_key(package: Package) -> Key:
    """The key of a package's item."""
    return order_keys.package(package.seller_id, package.package_id)


def package_item(package: Package, export: Export | None = None) -> Item:
    """The item of a new package. ``export`` describes the import that brought it, if there was one."""
    return {
        **package_key(package),
        **CURRENT,
        **state_attributes(package, ()),
        "order_number": package.order_number,
        keys.LISTING: order_keys.listing(package.seller_id, package.storefront),
        keys.BY_CREATED: keys.place(to_ms(package.created_at), package.package_id),
        "version": 1,
        WAITING: {},
        **({} if package.inherited_chain is None else {"chain": package.inherited_chain}),
        **export_item(export),
    }


def export_item(export: Export | None) -> Item:
    """The attributes that describe a package's last export; empty if there was none."""
    if export is None:
        return {}
    return {_EXPORT: [export.fingerprint, *([] if export.modified_at is None else [to_ms(export.modified_at)])]}


def state_attributes(package: Package, reservations: Sequence[Reservation]) -> Item:
    """The attributes that every change of a package writes. ``reservations`` are not split off yet."""
    left = package.givable
    for waiting in reservations:
        for line_id, quantity in waiting.units.items():
            left[line_id] -= quantity
    return {
        "status": str(package.status),
        keys.BY_MODIFIED: keys.place(to_ms(package.modified_at), package.package_id),
        "left": {str(line_id): quantity for line_id, quantity in left.items()},
        "document": pack([package]),
        **({WAYS: ways} if (ways := _ways(package)) else {}),
    }


def _ways(package: Package) -> str:
    return "".join(way_of(each) for each in sorted({line.status for line in package.lines} - {package.status}))


def way_of(status: str) -> str:
    """A line's status as ``WAYS`` stores it: one character, or an unknown status in full between slashes."""
    return _SIGNS.get(status, f"/{status}/")


def read_some_states(
    table: Table, seller_id: int, package_ids: Sequence[int], most_bytes: int
) -> tuple[list[PackageState], list[int], int]:
    """The first packages by id, as many as fit into ``most_bytes`` of documents, lines and reservations, but at least
    one.

    Also returns the ids of packages that cannot be read, and the id at which the read stopped, or 0 if it reached the
    last. Strongly consistent. Few are read at once: a hundred of the largest would fill a function's memory.
    """
    found: list[PackageState] = []
    unreadable: list[int] = []
    size = 0
    for item in _in_order(table, seller_id, package_ids):
        size += _document_bytes(item)
        if (found or unreadable) and size > most_bytes:
            return found, unreadable, max([*unreadable, *(state.package.package_id for state in found)])
        try:
            found.append(to_state(item))
        except Unreadable:
            unreadable.append(package_id_of(item))
        else:
            size += _LINE_BYTES * _opened_lines(found[-1])
    return found, unreadable, 0


def _in_order(table: Table, seller_id: int, package_ids: Sequence[int]) -> Iterator[Item]:
    for some in batched(sorted({*package_ids}), _READ_AT_ONCE, strict=False):
        items = table.batch_get([order_keys.package(seller_id, each) for each in some])
        yield from sorted(items, key=package_id_of)


def _opened_lines(state: PackageState) -> int:
    """The lines of a package and of its reservations, which may be many more than its document shows."""
    return len(state.package.lines) + sum(len(each.units) for each in state.reservations)


def _document_bytes(item: Item) -> int:
    """The size of an item's document; 0 if it is damaged."""
    document = item.get("document")
    return len(document) if isinstance(document, bytes) else 0


def read_states(table: Table, seller_id: int, package_ids: Sequence[int]) -> dict[int, PackageState]:
    """The existing packages by id; strongly consistent. Raises Unreadable."""
    items = table.batch_get([order_keys.package(seller_id, each) for each in dict.fromkeys(package_ids)])
    return {package_id_of(item): to_state(item) for item in items}


def read_whatever_states(
    table: Table, seller_id: int, package_ids: Sequence[int]
) -> dict[int, PackageState | Unreadable]:
    """Like ``read_states``, but a package that cannot be read is an Unreadable in the answer."""
    items = table.batch_get([order_keys.package(seller_id, each) for each in dict.fromkeys(package_ids)])
    return {package_id_of(item): _state_or_not(item) for item in items}


def _state_or_not(item: Item) -> PackageState | Unreadable:
    try:
        return to_state(item)
    except Unreadable as damaged:
        return damaged


def read_state(table: Table, seller_id: int, package_id: int) -> PackageState | None:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(order_keys.package(seller_id, package_id))
    return None if item is None else to_state(item)


def to_state(item: Item) -> PackageState:
    """The package with its reservations, planned split and mark. Raises Unreadable."""
    return read_with(_state, item)


def check_item(item: Item) -> None:
    """Raises Unreadable, also if the document does not match the attributes beside it: an older document would bring
    back units that are gone."""
    read_with(_check, item)


def _check(item: Item) -> None:
    state = _state(item)
    said = state_attributes(checked(state.package), state.reservations)
    if any(item[name] != said[name] for name in said if name != "document"):
        raise ValueError("the document does not match the rest of the item")


def _state(item: Item) -> PackageState:
    (package,) = unpack(bytes(item["document"]))
    events = item.get("events")
    return PackageState(
        package=package,
        reservations=reservations_of(item),
        planned=planned_of(item),
        version=whole_number(item["version"]),
        availability=to_availability(item),
        is_due=keys.DUE in item,
        end_events=None if events is None else (int(events[0]), int(events[1])),
    )


def taken_ids(table: Table, package: Package, wanted: Sequence[int]) -> tuple[list[int], Order]:
    """The ids that other packages of the seller already use, and the package's order, in one read."""
    order_key = order_keys.order(package.seller_id, package.order_number)
    found = table.batch_get([order_key, *(order_keys.package(package.seller_id, each) for each in wanted)])
    orders = [to_order(item) for item in found if item[keys.SORT] == order_key[keys.SORT]]
    taken = [package_id_of(item) for item in found if item[keys.SORT] != order_key[keys.SORT]]
    return taken, orders[0] if orders else Order(package.order_number, package.seller_id)


def to_export(item: Item) -> Export | None:
    """A package's last export, from its item. Raises Unreadable."""
    return read_with(_export, item)


def _export(item: Item) -> Export | None:
    if _EXPORT not in item:
        return None
    fingerprint, *modified_at = item[_EXPORT]
    return Export(str(fingerprint), from_ms(int(modified_at[0])) if modified_at else None)


def note_successor_replaced(package: Package) -> Update | None:
    """The write that notes at the parent, if there is one, that its successor was replaced.

    Only the parent gets the note; otherwise each split of a chain would cost more than the one before. A refusal that
    names the parent's successors then knows without a read whether it has to look further.
    """
    if package.parent_id is None:
        return None
    return Update(
        key=order_keys.package(package.seller_id, package.parent_id),
        change="SET followed = :yes",
        condition="attribute_exists(pk)",
        values={"yes": True},
        label=("parent", package.seller_id, package.parent_id),
    )
