"""Apply everything that waits on a package, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cleave import clock
from cleave.clock import to_ms
from cleave.domain.events import events_after
from cleave.domain.ids import successor_id
from cleave.domain.order import Order
from cleave.domain.package import CLOSED
from cleave.domain.partition import partition
from cleave.domain.split import Split, cancel_units
from cleave.metrics import Metric, emit
from cleave.observability import follow
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.cancellations import applied
from cleave.store.documents import pack
from cleave.store.failures import ConditionsFailed, Contended
from cleave.store.heirs import tell_parent
from cleave.store.orders import change_order, put_event, put_order_package, to_order
from cleave.store.packages import StoredPackage, close_package, put_package, stored_package
from cleave.store.table import Table, Write

_TRIES = 8
_FIRST_BIRTH = 1  # the place of the first successor in the transaction


def split_package(
    table: Table, seller_id: int, order_number: str, package_id: int, at: datetime, found: Sequence[Item] = ()
) -> Split | None:
    """Split the package, or do nothing (None) if nothing waits on it: a record that comes again changes nothing.

    ``found`` are the items of package and order, if they were read already. One read and one transaction, unless
    another writer is met. Raises Contended when it is met too often.
    """
    taken_ids = 0
    wanted = [keys.package(seller_id, package_id), keys.order(seller_id, order_number)]
    for _ in range(_TRIES):
        stored, order = _parsed(found or table.batch_get(wanted))
        found = ()
        split = _split(stored, at, taken_ids)
        if split is None:
            return None
        try:
            table.write(_writes(stored, split, order, at))
        except ConditionsFailed as failed:
            births = range(_FIRST_BIRTH, _FIRST_BIRTH + len(split.successors))
            taken_ids += any(failed.found.get(place) for place in births)
        else:
            _tell_operators(stored)
            return split
    raise Contended(f"package {package_id}")


def _tell_operators(stored: StoredPackage) -> None:
    follow(stored.correlation_id)  # more requests may wait by now than when the stream's record was written
    now = clock.now()
    waited = [(now - waiting.at) / timedelta(milliseconds=1) for waiting in stored.reservations]
    applied = [len(waited)] if waited else []
    emit({Metric.PACKAGES_SPLIT: [1], Metric.CANCELLATIONS_APPLIED: applied, Metric.SPLIT_LATENCY: waited})


def _split(stored: StoredPackage, at: datetime, taken_ids: int) -> Split | None:
    """An explicit split and cancellations never wait together; acceptance sees to it."""
    package, planned = stored.package, stored.planned
    if planned is not None and package.status not in CLOSED:
        ids = planned.package_ids if not taken_ids else _new_ids(stored, len(planned.groups), taken_ids)
        return partition(package, planned, at=at, package_ids=ids)
    if stored.reservations:
        (new_id,) = _new_ids(stored, 1, taken_ids)
        return cancel_units(package, stored.reservations, at=at, successor_id=new_id)
    return None


def _new_ids(stored: StoredPackage, count: int, attempt: int) -> list[int]:
    parent_id = stored.package.package_id
    return [successor_id(parent_id, stored.version, position, attempt) for position in range(count)]


def _parsed(found: Sequence[Item]) -> tuple[StoredPackage, Order]:
    orders = [item for item in found if item[keys.SORT].startswith(keys.SELLER_PREFIX)]
    packages = [item for item in found if not item[keys.SORT].startswith(keys.SELLER_PREFIX)]
    (package,), (order,) = packages, orders
    return stored_package(package), to_order(order)


def _writes(stored: StoredPackage, split: Split, order: Order, at: datetime) -> list[Write]:
    """The end of the old package comes before the birth of the new one, in the transaction and in the events."""
    born = split.successors
    changed = [split.closed, *born]
    events = events_after(order, changed, at, stored.correlation_id)
    successor_ids = split.closed.successor_ids
    packed = {package.package_id: pack(package) for package in changed}  # once for the package and for its event
    return [
        close_package(split.closed, stored.version, packed[split.closed.package_id]),
        *(put_package(package, packed[package.package_id]) for package in born),
        change_order(order, changed, events=len(events)),
        *(put_order_package(package) for package in born),
        *(put_event(event, packed[event.package.package_id]) for event in events),
        *(applied(waiting.cancellation_id, successor_ids, to_ms(at)) for waiting in stored.reservations),
        *tell_parent(split.closed),
    ]
