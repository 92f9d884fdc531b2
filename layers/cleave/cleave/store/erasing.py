"""Finds an order's personal data, and writes its items without it; nothing else of an item changes."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from cleave.domain.cancellation import PackageRef
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.deliveries import delivery_place
from cleave.store.documents import pack
from cleave.store.events import to_event
from cleave.store.formats import Unreadable
from cleave.store.orders import pointed_parent, to_order
from cleave.store.packages import to_state
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.requests import Key, Update
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class Kept:
    """A package as it is stored; ``version`` is that of its item."""

    package: Package
    version: int


def package_refs(table: Table, order_number: str) -> list[PackageRef]:
    """All packages of all sellers that the order has or had; strongly consistent."""
    refs: set[PackageRef] = set()
    for pointer in table.query(order_keys.order_partition(order_number), order_keys.PACKAGE_PREFIX):
        seller_id, package_id = order_keys.placed_package(pointer[keys.SORT])
        refs |= {(seller_id, package_id), (seller_id, pointed_parent(pointer) or package_id)}
    for item in table.query(order_keys.order_partition(order_number), order_keys.SELLER_PREFIX):
        with suppress(Unreadable):  # pointers say it too, and the part itself holds no personal data
            part = to_order(item)
            refs |= {(part.seller_id, live.package_id) for live in part.live}
    return sorted(refs)


def read_kept(table: Table, ref: PackageRef) -> Kept | None:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(order_keys.package(*ref))
    if item is None:
        return None
    state = to_state(item)
    return Kept(state.package, state.version)


def write_erased_package(table: Table, kept: Kept, erased: Package) -> None:
    """Replace the package only as it was read, and under a new version, so that no change based on the old one can be
    written.

    Raises OutOfDate.
    """
    change = Update(
        key=order_keys.package(erased.seller_id, erased.package_id),
        change="SET document = :document, version = :next",
        condition="version = :version",
        values={"document": pack([erased]), "version": kept.version, "next": kept.version + 1},
    )
    try:
        table.update(change)
    except ConditionsFailed as failed:
        raise OutOfDate(str(failed)) from None


def kept_events(table: Table, order_number: str) -> Iterator[Event | Unreadable]:
    """The events of all sellers' parts of the order; strongly consistent."""
    for item in table.query(order_keys.order_partition(order_number), keys.EVENT_PREFIX):
        try:
            yield to_event(item)
        except Unreadable as damaged:
            yield damaged


def write_erased_event(table: Table, event: Event, packages: tuple[Package, ...]) -> None:
    """Write the event without conditions on its packages: nothing else ever changes them."""
    document = pack(replace(event, packages=packages).packages)
    _write(table, order_keys.event(event.seller_id, event.order_number, event.first), "document", document)


def erase_answers(table: Table, event: Event) -> int:
    """Erase receivers' answers to requests about the event: they may repeat the data."""
    place = delivery_place(event.at, event.seller_id, event.order_number)
    erased = 0
    for subscription_id in event.told:
        for item in table.query(webhook_keys.attempt_partition(subscription_id), f"{place}#"):
            if item.get("excerpt"):
                _write(table, {name: item[name] for name in (keys.PARTITION, keys.SORT)}, "excerpt", "")
                erased += 1
    return erased


def _write(table: Table, key: Key, attribute: str, value: bytes | str) -> None:
    """Write the item, unless it has expired meanwhile."""
    change = Update(key, f"SET {attribute} = :value", "attribute_exists(pk)", {"value": value})
    table.try_update(change)
