"""Change a package by a report of its seller or carrier; its units stay the same."""

from collections.abc import Callable

from cleave import clock
from cleave.application.accept.replaced import addressed_package
from cleave.application.contention import contended_refusal
from cleave.domain.cancellation import PackageAddress
from cleave.domain.change import Audience, OrderChange, feeding, moving
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.reported import Report, apply_report
from cleave.domain.status_notice import StatusNotice, enter_status
from cleave.domain.tracking import TrackingNotice, feed_tracking
from cleave.store.changes import write_change
from cleave.store.due_packages import read_audience
from cleave.store.events import group_by_size
from cleave.store.known_packages import delivered_by_seller
from cleave.store.packages import read_state
from cleave.table.failures import Contended
from cleave.table.retry import until_current
from cleave.table.table import Table


def change_status(table: Table, notice: StatusNotice) -> None:
    """Put the package into the reported status and notify the order's subscribers, or do nothing if it has the status
    already.

    Two reads and one transaction. Waiting cancellations of the package keep waiting. Raises Refusal.
    """
    _change(
        table,
        notice.address,
        lambda package: enter_status(package, notice),
        lambda state, changed: _announced(table, state, changed, notice.correlation_id),
    )


def report_package(table: Table, report: Report) -> None:
    """Apply the report of a carrier, or of a seller who delivers itself, and notify the order's subscribers.

    Two reads and one transaction. Raises Refusal, also if accepted work has to be done first.
    """
    _change(
        table,
        report.address,
        lambda package: apply_report(package, report),
        lambda state, changed: _announced(table, state, changed, report.correlation_id),
    )


def package_delivered_as(table: Table, seller_id: int, number: int) -> int:
    """The package that its seller delivers under this number. Raises Refusal."""
    package_id = delivered_by_seller(table, seller_id, number)
    if package_id is None:
        message = f"the seller delivers no package under the number {number}"
        raise Refusal(RefusalCode.PACKAGE_NOT_FOUND, message)
    return package_id


def feed_package_tracking(table: Table, notice: TrackingNotice) -> None:
    """Store the tracking details. Only subscribers to domain events get a message, because the package enters no
    status.

    Two reads and one transaction. Raises Refusal.
    """
    _change(
        table,
        notice.address,
        lambda package: feed_tracking(package, notice),
        lambda state, changed: _fed(table, state, changed, notice.correlation_id),
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


def _fed(table: Table, state: PackageState, changed: Package, correlation_id: str) -> OrderChange:
    return feeding(state, changed, *_audience(table, changed, correlation_id))


def _announced(table: Table, state: PackageState, changed: Package, correlation_id: str) -> OrderChange:
    return moving(state, changed, *_audience(table, changed, correlation_id))


def _audience(table: Table, changed: Package, correlation_id: str) -> tuple[Order, Audience]:
    now = clock.now()  # before the recipients are read
    part = changed.seller_id, changed.order_number
    order, recipients = read_audience(table, [part])[part]
    return order, Audience(recipients, order.next_at(now), group_by_size, correlation_id)
