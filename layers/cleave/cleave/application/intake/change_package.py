"""Change a package as its seller says, without touching what it holds."""

from collections.abc import Callable

from cleave.application.cancel_package import contended
from cleave.application.successors import naming_successors
from cleave.domain.cancellation import PackageAddress, address_refusal
from cleave.domain.events import events_after
from cleave.domain.package import Package
from cleave.domain.status import StatusChange, enter_status
from cleave.domain.tracking import TrackingChange, feed_tracking
from cleave.store import keys
from cleave.store.failures import ConditionsFailed, Contended
from cleave.store.orders import change_order, put_event, to_order
from cleave.store.packages import StoredPackage, change_package, read_package
from cleave.store.table import Table, Write

# Cancellations of the same package are accepted meanwhile, and each counts as a write of it.
_TRIES = 8


def change_status(table: Table, change: StatusChange) -> None:
    """Move the package on and tell its order's subscribers, or do nothing if it is there already.

    Two reads and one transaction. Cancellations that wait on the package go on waiting. Raises Refusal.
    """
    _change(
        table,
        change.address,
        lambda package: enter_status(package, change),
        lambda stored, changed: _with_event(table, stored, changed, change),
    )


def feed_package_tracking(table: Table, change: TrackingChange) -> None:
    """Store the tracking details; nobody is told, because the package enters no status. Raises Refusal."""
    _change(
        table,
        change.address,
        lambda package: feed_tracking(package, change),
        lambda stored, changed: [change_package(changed, stored.version)],
    )


def addressed(table: Table, address: PackageAddress, stored: StoredPackage | None) -> StoredPackage:
    """The package that a request names. Raises Refusal, which names the packages that took its place if it has any."""
    state = None if stored is None else stored.state
    refusal = address_refusal(state, address.package_id, address.storefront)
    if refusal is not None:
        raise naming_successors(table, address.seller_id, state, refusal)
    if stored is None:
        raise AssertionError("no package, and no refusal of it")
    return stored


def _change(
    table: Table,
    address: PackageAddress,
    rule: Callable[[Package], Package | None],
    writes: Callable[[StoredPackage, Package], list[Write]],
) -> None:
    for _ in range(_TRIES):
        stored = addressed(table, address, read_package(table, address.seller_id, address.package_id))
        changed = rule(stored.package)
        if changed is None:
            return
        try:
            table.write(writes(stored, changed))
        except Contended:
            break
        except ConditionsFailed:
            continue
        return
    raise contended()


def _with_event(table: Table, stored: StoredPackage, changed: Package, change: StatusChange) -> list[Write]:
    item = table.get(keys.order(changed.seller_id, changed.order_number))
    if item is None:
        raise LookupError(f"package {changed.package_id} has no order")
    order = to_order(item)
    (event,) = events_after(order, [changed], change.at, change.correlation_id)
    return [change_package(changed, stored.version), change_order(order, [changed], events=1), put_event(event)]
