"""Reads everything that splits need, for many packages in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.cancellation import PackageRef
from cleave.domain.events import Event
from cleave.domain.order import Order
from cleave.domain.package_state import PackageState, correlation_id_of
from cleave.domain.recipients import Recipient
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.audience import mended_recipients
from cleave.store.availability import package_id_of, seller_id_of
from cleave.store.due import DueEntry
from cleave.store.events import to_event
from cleave.store.formats import Unreadable, read_with, text
from cleave.store.orders import to_order
from cleave.store.packages import to_state
from cleave.store.reservations import planned_of, reservations_of
from cleave.table.attributes import Item
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class DuePackage:
    """A package that was due when its item was read or written.

    ``reserved_at`` are the times of its cancellations, ``correlation_id`` names their requests.
    """

    seller_id: int
    package_id: int
    order_number: str
    reserved_at: tuple[datetime, ...]
    correlation_id: str = ""

    @property
    def ref(self) -> PackageRef:
        """Identifies the package."""
        return self.seller_id, self.package_id


def due_work(item: Item) -> DuePackage | Event | None:
    """An item's due work; None if it has none. Raises Unreadable."""
    if keys.DUE not in item:
        return None
    if item[keys.SORT] == order_keys.PACKAGE:
        return read_with(_due_package, item)
    return to_event(item) if str(item[keys.SORT]).startswith(keys.EVENT_PREFIX) else None


def read_due_work(table: Table, entry: DueEntry) -> DuePackage | Event | None:
    """The due work of an entry of the index; None if it has been done. Strongly consistent.

    Raises Unreadable.
    """
    item = table.get(entry.key)
    return None if item is None else due_work(item)


def read_due_works(table: Table, entries: Sequence[DueEntry]) -> list[tuple[DueEntry, DuePackage | Event | Unreadable]]:
    """The due work of several entries, without work that is done; Unreadable for a damaged item."""
    items = {_text(item): item for item in table.batch_get([each.key for each in entries])}
    works = [(each, _work_or_damage(items[_text(each.key)])) for each in entries if _text(each.key) in items]
    return [(each, work) for each, work in works if work is not None]


def _work_or_damage(item: Item) -> DuePackage | Event | Unreadable | None:
    try:
        return due_work(item)
    except Unreadable as damaged:
        return damaged


def _due_package(item: Item) -> DuePackage:
    waiting = reservations_of(item)
    return DuePackage(
        seller_id=seller_id_of(item),
        package_id=package_id_of(item),
        order_number=text(item["order_number"]),
        reserved_at=tuple(sorted(each.at for each in waiting)),
        correlation_id=correlation_id_of(waiting, planned_of(item)),
    )


@dataclass(frozen=True, slots=True)
class ReadPackage:
    """A package with its order and its seller's recipients, as they were read together."""

    state: PackageState
    order: Order
    recipients: tuple[Recipient, ...]


def read_for_split(table: Table, due: Sequence[DuePackage]) -> dict[PackageRef, ReadPackage | Unreadable]:
    """The existing packages; Unreadable for a damaged one. Strongly consistent.

    A seller's damaged list of recipients is repaired.
    """
    wanted = {
        _text(key): key
        for each in due
        for key in (
            order_keys.package(each.seller_id, each.package_id),
            order_keys.order(each.seller_id, each.order_number),
            webhook_keys.recipients(each.seller_id),
        )
    }
    items = {_text(item): item for item in table.batch_get(list(wanted.values()))}
    audiences = {seller_id: _audience(table, seller_id, items) for seller_id in {each.seller_id for each in due}}
    found: dict[PackageRef, ReadPackage | Unreadable] = {}
    for each in due:
        if _text(order_keys.package(each.seller_id, each.package_id)) in items:
            try:
                found[each.ref] = _read(each, items, audiences[each.seller_id])
            except Unreadable as error:
                found[each.ref] = error
    return found


def _audience(table: Table, seller_id: int, items: dict[str, Item]) -> tuple[Recipient, ...] | Unreadable:
    try:
        return _recipients(table, seller_id, items)
    except Unreadable as damaged:
        return damaged


def read_audience(
    table: Table, parts: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], tuple[Order, tuple[Recipient, ...]]]:
    """Parts of orders, by seller and number, with the sellers' recipients; strongly consistent. Raises Unreadable.

    A seller's damaged list of recipients is repaired.
    """
    wanted = {
        _text(key): key
        for seller_id, number in parts
        for key in (order_keys.order(seller_id, number), webhook_keys.recipients(seller_id))
    }
    items = {_text(item): item for item in table.batch_get(list(wanted.values()))}
    audiences = {seller_id: _recipients(table, seller_id, items) for seller_id in {each for each, _ in parts}}
    return {part: (_order(*part, items), audiences[part[0]]) for part in parts}


def _order(seller_id: int, order_number: str, items: dict[str, Item]) -> Order:
    item = items.get(_text(order_keys.order(seller_id, order_number)))
    return Order(order_number, seller_id) if item is None else to_order(item)


def _recipients(table: Table, seller_id: int, items: dict[str, Item]) -> tuple[Recipient, ...]:
    item = items.get(_text(webhook_keys.recipients(seller_id)))
    return () if item is None else tuple(mended_recipients(table, item))


def _read(due: DuePackage, items: dict[str, Item], recipients: tuple[Recipient, ...] | Unreadable) -> ReadPackage:
    if isinstance(recipients, Unreadable):
        raise recipients
    return ReadPackage(
        state=to_state(items[_text(order_keys.package(due.seller_id, due.package_id))]),
        order=_order(due.seller_id, due.order_number, items),
        recipients=recipients,
    )


def _text(key: Item) -> str:
    return f"{key[keys.PARTITION]}/{key[keys.SORT]}"
