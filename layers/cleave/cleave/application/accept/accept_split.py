"""Accept a seller's own split of a package."""

from cleave.application.accept.replaced import addressed_package
from cleave.application.contention import contended_refusal
from cleave.application.intake.room import MAX_ORDER_BYTES, check_order_fits, check_split_fits
from cleave.domain.change import after_split, planning
from cleave.domain.ids import successor_id
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState
from cleave.domain.partition import SplitRequest, partition, plan_groups
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.split import Name
from cleave.store.changes import write_change
from cleave.store.orders import order_size
from cleave.store.packages import read_state, taken_ids
from cleave.table.failures import Contended
from cleave.table.retry import until_current
from cleave.table.table import Table

_TRIES = 8


def accept_split(table: Table, request: SplitRequest) -> tuple[int, ...]:
    """Store the plan of the split, and return the ids of the requested packages; the stream makes them.

    A repeat gets the same ids and has no second effect. Two reads and one write. Raises Refusal.
    """
    try:
        return until_current(lambda: _accept(table, request))
    except Contended:
        raise contended_refusal() from None


def _accept(table: Table, request: SplitRequest) -> tuple[int, ...]:
    address = request.address
    state = read_state(table, address.seller_id, address.package_id)
    if state and state.planned and state.planned.fingerprint == request.fingerprint:
        return state.planned.asked_ids
    state = addressed_package(table, address, state)
    planned, order, size = _plan(table, state, request)
    change = planning(state, planned, order, size, request.at)
    check_order_fits(change.after, MAX_ORDER_BYTES)
    check_split_fits(state.package, len(planned.groups))
    write_change(table, change)
    return planned.asked_ids


def _plan(table: Table, state: PackageState, request: SplitRequest) -> tuple[PlannedSplit, Order, int]:
    """The plan, the order as it was read, and the bytes that the split will add to it."""
    groups = plan_groups(state.package, state.availability, request)
    ids, order = _free_ids(table, state.package, state.version, len(groups))
    asked = len(request.groups)
    planned = PlannedSplit(request.fingerprint, groups, ids, asked, request.keep_status, request.correlation_id)
    split = partition(state.package, planned, at=request.at, names=[Name(each, None) for each in ids])
    return planned, order, max(0, order_size(after_split(order, split)) - order_size(order))


def _free_ids(table: Table, package: Package, version: int, count: int) -> tuple[tuple[int, ...], Order]:
    """Ids that no package of the seller has now, and the order, from the same read.

    If another package takes an id before the split, the split uses the next one.
    """
    for attempt in range(_TRIES):
        wanted = tuple(
            successor_id(package.seller_id, package.package_id, version, place, attempt) for place in range(count)
        )
        taken, order = taken_ids(table, package, wanted)
        if not taken:
            return wanted, order
    raise Contended("free ids")
