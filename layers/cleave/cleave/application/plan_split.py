"""Accept a seller's own split of a package."""

from cleave.application.cancel_package import contended
from cleave.application.change_package import addressed
from cleave.domain.ids import successor_id
from cleave.domain.partition import PlannedSplit, SplitRequest, plan_groups
from cleave.store import keys
from cleave.store.failures import ConditionsFailed, Contended
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
    ids = _free_ids(table, stored, len(groups))
    asked = len(request.groups)
    return PlannedSplit(request.fingerprint, groups, ids, asked, request.keep_status, request.correlation_id)


def _free_ids(table: Table, stored: StoredPackage, count: int) -> tuple[int, ...]:
    """Ids that no package of the seller has now; one that is taken until the split is stepped over then."""
    package = stored.package
    for attempt in range(_TRIES):
        ids = tuple(successor_id(package.package_id, stored.version, position, attempt) for position in range(count))
        if not table.batch_get([keys.package(package.seller_id, package_id) for package_id in ids]):
            return ids
    raise contended()
