"""Accept a cancellation that names its package."""

from collections.abc import Sequence

from cleave.application.accept.replaced import naming_live_packages
from cleave.application.contention import contended_refusal
from cleave.domain.availability import Availability, refusal_of
from cleave.domain.cancellation import Cancellation
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.logs import Log, note
from cleave.metrics import Metric, emit
from cleave.store.cancellations import NotReserved, record
from cleave.table.failures import Contended
from cleave.table.table import Table


def cancel_package(table: Table, cancellation: Cancellation) -> None:
    """Record the cancellation and reserve its units, or do nothing if it was accepted before.

    ``cancellation`` has exactly one claim. One round trip, unless the package was replaced and its successor was too:
    then two. Raises Refusal.
    """
    (claim,) = cancellation.claims
    try:
        record(table, [cancellation])
    except Contended:
        raise contended_refusal() from None
    except NotReserved as found:
        if 0 in found.fingerprints:
            check_same_content(cancellation, found.fingerprints[0])
            note(Log.CANCELLATION_REPEATED, cancellation_id=str(cancellation.key))
            return
        state = found.packages[cancellation.seller_id, claim.package_id]
        raise _refusal(table, cancellation, state) from None
    report_accepted([cancellation])


def report_accepted(cancellations: Sequence[Cancellation]) -> None:
    for each in cancellations:
        package_ids = [claim.package_id for claim in each.claims]
        note(Log.CANCELLATION_ACCEPTED, cancellation_id=str(each.key), package_ids=package_ids)
    emit({Metric.CANCELLATIONS_ACCEPTED: [len(cancellations)]}, dialect=cancellations[0].key.scope.dialect)


def check_same_content(cancellation: Cancellation, fingerprint: str, field: str | Place = Place.KEY) -> None:
    """Raise KEY_REUSED unless the cancellation recorded under the same key was the same request."""
    if fingerprint != cancellation.fingerprint:
        raise Refusal(RefusalCode.KEY_REUSED, "came before with other content", field=field)


def _refusal(table: Table, cancellation: Cancellation, state: Availability | None) -> Refusal:
    refusal = refusal_of(state, cancellation.claims[0], cancellation.storefront)
    if refusal is None:
        raise AssertionError("the write's condition failed, and the rule that explains it did not")
    return naming_live_packages(table, cancellation.seller_id, state, refusal)
