"""Where the units of a replaced package live on."""

from cleave.domain.cancellation import PackageState, replaced_refusal
from cleave.domain.package import CLOSED
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store import keys
from cleave.store.packages import package_state
from cleave.store.table import Table


def naming_successors(table: Table, seller_id: int, state: PackageState | None, refusal: Refusal) -> Refusal:
    """The refusal, with the live packages named in it if it is that the package was replaced.

    No round trip, unless the package was replaced and its successor was too: then one for every two splits.
    """
    if state is None or refusal.code is not RefusalCode.PACKAGE_REPLACED:
        return refusal
    return replaced_refusal(state, _live_successors(table, seller_id, state))


def _live_successors(table: Table, seller_id: int, state: PackageState) -> list[int]:
    """The packages in which the units of a replaced package live on, over any number of further splits."""
    live: list[int] = []
    closed = [state]
    while closed:
        heirs = [heir for each in closed for heir in each.heirs.items()]
        live += [package_id for package_id, is_live in heirs if is_live]
        unsure = [keys.package(seller_id, package_id) for package_id, is_live in heirs if not is_live]
        states = [package_state(item) for item in table.batch_get(unsure)]
        live += [each.package_id for each in states if each.status not in CLOSED]
        closed = [each for each in states if each.status in CLOSED]
    return sorted(live)
