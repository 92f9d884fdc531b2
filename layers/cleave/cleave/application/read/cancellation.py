"""One cancellation, and what it came to on each of its packages."""

from collections.abc import Mapping
from dataclasses import dataclass

from cleave.domain.cancellation import PackageState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store import keys
from cleave.store.packages import package_state
from cleave.store.recorded import RecordedCancellation, read_cancellation
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class Taken:
    """A package that units were taken from; ``waits``: it has yet to be split for it."""

    state: PackageState
    waits: bool


@dataclass(frozen=True, slots=True)
class FoundCancellation:
    """``packages`` are those that its units were taken from, by id."""

    recorded: RecordedCancellation
    order_number: str
    packages: Mapping[int, Taken]


def find_cancellation(
    table: Table, cancellation_id: str | None, sellers: frozenset[int], storefront: str | None
) -> FoundCancellation:
    """A cancellation of one of ``sellers``; ``storefront`` None: in any. Raises Refusal.

    One round trip to find that there is none, two to show it.
    """
    recorded = None if cancellation_id is None else read_cancellation(table, cancellation_id)
    if recorded is None or recorded.seller_id not in sellers:
        raise _not_found()
    items = table.batch_get([keys.package(recorded.seller_id, package_id) for package_id in recorded.units])
    packages = {
        int(item["package_id"]): Taken(package_state(item), waits=recorded.cancellation_id in item["waiting"])
        for item in items
    }
    if any(storefront not in {None, each.state.storefront} for each in packages.values()):
        raise _not_found()
    return FoundCancellation(recorded, items[0]["order_number"], packages)  # all are of one order


def _not_found() -> Refusal:
    return Refusal(RefusalCode.CANCELLATION_NOT_FOUND, "there is no such cancellation; a refused one leaves no trace")
