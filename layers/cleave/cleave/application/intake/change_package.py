"""Change a package as its seller says, without touching what it holds."""

from collections.abc import Callable

from cleave import clock
from cleave.application.accept.replaced import addressed_package
from cleave.application.contention import contended_refusal
from cleave.domain.cancellation import PackageAddress
from cleave.domain.change import Audience, OrderChange, correcting, entering
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState
from cleave.domain.status import StatusNotice, enter_status
from cleave.domain.tracking import TrackingNotice, feed_tracking
from cleave.store.changes import write_change
from cleave.store.due_packages import read_audience
from cleave.store.events import grouped
from cleave.store.packages import read_state
from cleave.table.failures import Contended
from cleave.table.retry import until_current
from cleave.table.table import Table


def change_status(table: Table, notice: StatusNotice) -> None:
    """Move the package on and tell its order's subscribers, or do nothing if it is there already.

    Two reads and one transaction. Cancellations that wait on the package go on waiting. Raises Refusal.
    """
    _change(
        table,
        notice.address,
        lambda package: enter_status(package, notice),
        lambda state, changed: _announced(table, state, changed, notice.correlation_id),
    )


def feed_package_tracking(table: Table, notice: TrackingNotice) -> None:
    """Store the tracking details; nobody is told, because the package enters no status. Raises Refusal."""
    _change(
        table,
        notice.address,
        lambda package: feed_tracking(package, notice),
        lambda state, changed: correcting(state, changed, notice.at),
    )


def _change(
    table: Table,
    address: PackageAddress,
    rule: Callable[[Package], Package | None],
    change: Callable[[PackageState, Package], OrderChange],
) -> None:
    def attempt() -> None:
        """Cancellations of the same package are accepted meanwhile, and each counts as a write of it."""
        state = addressed_package(table, address, read_state(table, address.seller_id, address.package_id))
        changed = rule(state.package)
        if changed is not None:
            write_change(table, change(state, changed))

    try:
        until_current(attempt)
    except Contended:
        raise contended_refusal() from None


def _announced(table: Table, state: PackageState, changed: Package, correlation_id: str) -> OrderChange:
    now = clock.now()  # before it is read who is told
    part = changed.seller_id, changed.order_number
    order, recipients = read_audience(table, [part])[part]
    return entering(state, changed, order, Audience(recipients, order.next_at(now), grouped, correlation_id))
