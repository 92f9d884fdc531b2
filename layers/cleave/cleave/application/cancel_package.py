"""Accept a cancellation that names its package."""

from cleave.domain.cancellation import Cancellation, PackageState, refusal_of, replaced_refusal
from cleave.domain.package import CLOSED
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store import keys
from cleave.store.cancellations import NotReserved, record
from cleave.store.packages import package_state
from cleave.store.table import Contended, Table


def cancel_package(table: Table, cancellation: Cancellation) -> None:
    """Record the cancellation and reserve its units, or do nothing if it was accepted before.

    ``cancellation`` has exactly one claim. One round trip, unless the package was replaced: then one more for each
    split between it and the live package. Raises Refusal.
    """
    (claim,) = cancellation.claims
    try:
        record(table, [cancellation])
    except Contended:
        raise contended() from None
    except NotReserved as found:
        if 0 in found.fingerprints:
            check_same_content(cancellation, found.fingerprints[0])
            return
        state = found.states[cancellation.seller_id, claim.package_id]
        raise _refusal(table, cancellation, state) from None


def check_same_content(cancellation: Cancellation, fingerprint: str, field: str | None = None) -> None:
    """Raise KEY_REUSED unless the cancellation recorded under the same key was the same request."""
    if fingerprint != cancellation.fingerprint:
        message = f"key {cancellation.key.key} came before with other content"
        raise Refusal(RefusalCode.KEY_REUSED, message, field=field)


def contended() -> Refusal:
    """The refusal of a request that other writers kept out for as long as we tried."""
    return Refusal(RefusalCode.CONTENDED, "the order is being changed by others; repeat the request")


def _refusal(table: Table, cancellation: Cancellation, state: PackageState | None) -> Refusal:
    refusal = refusal_of(state, cancellation.claims[0], cancellation.storefront)
    if refusal is None:
        raise AssertionError("the write's condition failed, and the rule that explains it did not")
    if state is not None and refusal.code is RefusalCode.PACKAGE_REPLACED:
        return replaced_refusal(state, _live_successors(table, cancellation.seller_id, state))
    return refusal


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
