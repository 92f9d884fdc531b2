"""PUT …/items/unsupplied/dry-run: what a cancel would do."""

from typing import Any

from cleave.application.rehearse import Outcome, package_refusals, rehearse_package
from cleave.dialects.rehearsal import render_outcome
from cleave.dialects.trendyol.cancel import CancelRequest, cancellation_of, claim_of, faults_of
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.refusals import RefusalCode
from cleave.store.table import Table


def try_cancel(table: Table, seller: SellerCall) -> dict[str, Any]:
    """The answer. Raises Refusal or Refusals for a body that is no cancel."""
    outcome = _outcome(table, seller, seller.call.body(CancelRequest))
    return render_outcome(outcome, seller.call, TrendyolErrors(), seller.scope)


def _outcome(table: Table, seller: SellerCall, request: CancelRequest) -> Outcome:
    faults = faults_of(seller, request)
    if not faults:
        return rehearse_package(table, cancellation_of(seller, request))
    if any(fault.code is RefusalCode.PACKAGE_NOT_FOUND for fault in faults):
        return Outcome(faults)
    return Outcome((*faults, *package_refusals(table, seller.address, claim_of(seller, request))))
