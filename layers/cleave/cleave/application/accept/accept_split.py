"""Accept a seller's own split of a package."""

from cleave.application.cancel_package import contended
from cleave.application.change_package import addressed
from cleave.application.fits import MAX_LIVE_BYTES, check_order_fits
from cleave.domain.ids import successor_id
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.partition import PlannedSplit, SplitRequest, plan_groups, planned_live
from cleave.store import keys
from cleave.store.failures import ConditionsFailed, Contended
from cleave.store.orders import to_order
from cleave.store.packages import StoredPackage, read_package
from cleave.store.splits import plan_split
from cleave.store.table import Table

_TRIES = 8


def accept_split(table: Table, request: SplitRequest) -> tuple[int, ...]:
    """Note the split, and answer the ids of the packages asked for; the stream makes them.

    A repeat is answered with the same ids and has no second effect. Two reads and one write. Raises Refusal.
    """
    address = request.address
    for _ in range(_TRIES):
        stored = read_package(table, address.seller_id, address.package_id)
        if stored and stored.planned and stored.planned.fingerprint == request.fingerprint:
            return stored.planned.asked_ids
        stored = addressed(table, address, stored)
        planned = _plan(table, stored, request)
        try:
            table.write([plan_split(address, planned, stored.version, request.at)])
        except Contended:
            break
        except ConditionsFailed:
            continue
        return planned.asked_ids
    raise contended()


def _plan(table: Table, stored: StoredPackage, request: SplitRequest) -> PlannedSplit:
    groups = plan_groups(stored.state, request)
    ids, order = _free_ids(table, stored.package, stored.version, len(groups))
    check_order_fits(order, planned_live(order, stored.package, dict(zip(ids, groups, strict=True))), MAX_LIVE_BYTES)
    asked = len(request.groups)
    return PlannedSplit(request.fingerprint, groups, ids, asked, request.keep_status, request.correlation_id)


def _free_ids(table: Table, package: Package, version: int, count: int) -> tuple[tuple[int, ...], Order]:
    """Ids that no package of the seller has now, and the order, in the same read.

    An id that is taken until the split is stepped over then.
    """
    order = keys.order(package.seller_id, package.order_number)
    for attempt in range(_TRIES):
        ids = tuple(successor_id(package.package_id, version, position, attempt) for position in range(count))
        found = table.batch_get([order, *(keys.package(package.seller_id, package_id) for package_id in ids)])
        if len(found) == 1:
            return ids, to_order(found[0])
    raise contended()
