"""Where the units of a replaced package live on."""

from cleave.domain.cancellation import PackageState, replaced_refusal
from cleave.domain.package import CLOSED
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store import keys
from cleave.store.packages import package_state
from cleave.store.table import Table


def naming_successors(table: Table, seller_id: int, state: PackageState | None, refusal: Refusal) -> Refusal:
    """The refusal, with the live packages named in it if it is that the package was replaced.

    One round trip for each split between the package and its live successors; none for any other refusal.
    """
    if state is None or refusal.code is not RefusalCode.PACKAGE_REPLACED:
        return refusal
    return replaced_refusal(state, _live_successors(table, seller_id, state))


def _live_successors(table: Table, seller_id: int, state: PackageState) -> list[int]:
    """The packages in which the units of a replaced package live on, over any number of further splits."""
    live: list[int] = []
    successors = list(state.successor_ids)
    while successors:
        items = table.batch_get([keys.package(seller_id, package_id) for package_id in successors])
        states = [package_state(item) for item in items]
        live += [each.package_id for each in states if each.status not in CLOSED]
        successors = [later for each in states if each.status in CLOSED for later in each.successor_ids]
    return sorted(live)
