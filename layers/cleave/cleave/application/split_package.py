"""Apply everything that waits on a package, in one transaction."""

from datetime import datetime

from cleave.clock import to_ms
from cleave.domain.events import events_after
from cleave.domain.ids import successor_id
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.split import Split, cancel_units
from cleave.store import keys
from cleave.store.cancellations import applied
from cleave.store.orders import change_order, put_event, put_order_package, to_order
from cleave.store.packages import StoredPackage, close_package, put_package, stored_package
from cleave.store.table import ConditionsFailed, Contended, Table, Write

_TRIES = 8
_SUCCESSOR_PUT = 1  # its place in the transaction


def split_package(table: Table, seller_id: int, order_number: str, package_id: int, at: datetime) -> Split | None:
    """Split the package, or do nothing (None) if nothing waits on it: a record that comes again changes nothing.

    One read and one transaction, unless another writer is met. Raises Contended when it is met too often.
    """
    taken_ids = 0
    for _ in range(_TRIES):
        stored, order = _read(table, seller_id, order_number, package_id)
        if not stored.reservations:
            return None
        new_id = successor_id(package_id, stored.version, 0, taken_ids)
        split = cancel_units(stored.package, stored.reservations, at=at, successor_id=new_id)
        try:
            table.write(_writes(stored, split, order, at))
        except ConditionsFailed as failed:
            if split.successor and failed.found.get(_SUCCESSOR_PUT):
                taken_ids += 1
        else:
            return split
    raise Contended(f"package {package_id}")


def _read(table: Table, seller_id: int, order_number: str, package_id: int) -> tuple[StoredPackage, Order]:
    order_key = keys.order(seller_id, order_number)
    found = table.batch_get([keys.package(seller_id, package_id), order_key])
    orders = [item for item in found if item["sk"] == order_key["sk"]]
    packages = [item for item in found if item["sk"] != order_key["sk"]]
    (package,), (order,) = packages, orders
    return stored_package(package), to_order(order)


def _writes(stored: StoredPackage, split: Split, order: Order, at: datetime) -> list[Write]:
    """The end of the old package comes before the birth of the new one, in the transaction and in the events."""
    born: list[Package] = [] if split.successor is None else [split.successor]
    changed = [split.closed, *born]
    events = events_after(order, changed, at)
    successor_ids = [package.package_id for package in born]
    return [
        close_package(split.closed, stored.version),
        *(put_package(package) for package in born),
        change_order(order, changed, events=len(events)),
        *(put_order_package(package) for package in born),
        *(put_event(event) for event in events),
        *(applied(waiting.cancellation_id, successor_ids, to_ms(at)) for waiting in stored.reservations),
    ]
