"""Everything that is kept of an order, for looking whether it can be true."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from cleave.domain.audit import AuditedPart, cancellations_of
from cleave.domain.order import Order
from cleave.store import keys, order_keys
from cleave.store.cancellations import read_cancellations
from cleave.store.erasing import package_refs
from cleave.store.events import to_summary
from cleave.store.formats import Unreadable
from cleave.store.orders import to_order
from cleave.store.packages import to_state
from cleave.table.attributes import Item
from cleave.table.table import Table


@dataclass(slots=True)
class ReadPart:
    """``part`` contains the readable items; ``unreadable`` names the others."""

    part: AuditedPart
    unreadable: list[str] = field(default_factory=list)


def all_parts(table: Table) -> Iterator[tuple[int, str]]:
    """Seller and number of every part of an order of which anything is kept; reads the whole table."""
    seen: set[tuple[int, str]] = set()
    for item in table.scan("pk, sk, order_number"):
        part = order_keys.order_part_of(item)
        if part is not None and part not in seen:
            seen.add(part)
            yield part


def parts_of(table: Table, order_number: str) -> list[tuple[int, str]]:
    """The same for one order."""
    sellers = {seller_id for seller_id, _ in package_refs(table, order_number)}
    parts = {
        order_keys.order_part_of(item)
        for item in table.query(order_keys.order_partition(order_number), order_keys.SELLER_PREFIX)
    }
    return sorted({*((seller_id, order_number) for seller_id in sellers), *filter(None, parts)})


def read_part(table: Table, seller_id: int, order_number: str, at: datetime) -> ReadPart:
    """Strongly consistent. Expired items that DynamoDB has not deleted yet are left out."""
    damaged: list[str] = []
    order = table.get(order_keys.order(seller_id, order_number))
    orders = _read(to_order, [] if order is None else [order], at, damaged)
    refs = [each for each in package_refs(table, order_number) if each[0] == seller_id]
    states = _read(to_state, table.batch_get([order_keys.package(*each) for each in refs]), at, damaged)
    stored = table.query(order_keys.order_partition(order_number), order_keys.event_prefix(seller_id))
    named = {name for state in states for name in cancellations_of(state)}
    recorded, unreadable = read_cancellations(table, sorted(named))
    damaged += map(str, unreadable)
    pointers = table.query(order_keys.order_partition(order_number), order_keys.order_package_prefix(seller_id))
    part = AuditedPart(
        order=next(iter(orders), Order(order_number, seller_id)),
        packages={state.package.package_id: state for state in states},
        cancellations={each.cancellation_id: each for each in recorded},
        events=[note for summary in _read(to_summary, stored, at, damaged) for note in summary.notes],
        expected={order_keys.placed_package(each[keys.SORT])[1] for each in pointers if not _is_over(each, at)},
    )
    return ReadPart(part, damaged)


def _read[T](reader: Callable[[Item], T], items: Iterable[Item], at: datetime, damaged: list[str]) -> list[T]:
    found: list[T] = []
    for item in items:
        try:
            found += [] if _is_over(item, at) else [reader(item)]
        except Unreadable as unreadable:
            damaged.append(str(unreadable))
    return found


def _is_over(item: Item, at: datetime) -> bool:
    """DynamoDB deletes it soon. It ignores a time that is no number."""
    expires = item.get(keys.EXPIRES)
    return isinstance(expires, Decimal) and expires < at.timestamp()
