"""The packages in which the units of a replaced package are now, for refusals that name it."""

from typing import TYPE_CHECKING

from cleave.domain.availability import Availability, address_refusal, replaced_refusal
from cleave.domain.cancellation import PackageAddress
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.orders import read_order
from cleave.table.table import Table

if TYPE_CHECKING:
    from cleave.domain.package_state import PackageState


def naming_live_packages(table: Table, seller_id: int, state: Availability | None, refusal: Refusal) -> Refusal:
    """The refusal; if it says that the package was replaced, it names the live packages.

    No round trip, unless a successor of the package was replaced too: then one, over any number of splits.
    """
    if state is None or refusal.code is not RefusalCode.PACKAGE_REPLACED or not state.followed:
        return refusal
    order = read_order(table, seller_id, state.order_number)
    return replaced_refusal(state, order.live_in(state.chain_id))


def addressed_package(table: Table, address: PackageAddress, state: "PackageState | None") -> "PackageState":
    """The package that a request names. Raises Refusal, which names the packages that replaced it, if any."""
    available = None if state is None else state.availability
    refusal = address_refusal(available, address.package_id, address.storefront)
    if refusal is not None:
        raise naming_live_packages(table, address.seller_id, available, refusal)
    if state is None:
        raise AssertionError("no package, and no refusal of it")
    return state
