"""PUT …/shipment-packages/{packageId}/items/unsupplied/dry-run."""

from cleave.application.accept.dry_run import AskedCancel
from cleave.dialects.trendyol.cancel import CancelRequest, cancellation_of, claim_of, faults_of
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.domain.refusals import RefusalCode


def to_asked_cancel(seller: SellerCall) -> AskedCancel:
    """The cancel of a dry run, with all of its faults. Raises Refusal or Refusals if the body is not a cancel."""
    request = seller.call.body(CancelRequest)
    faults = faults_of(seller, request)
    if not faults:
        return AskedCancel(cancellation=cancellation_of(seller, request))
    if any(fault.code is RefusalCode.PACKAGE_NOT_FOUND for fault in faults):
        return AskedCancel(faults=faults)
    return AskedCancel(seller.address, claim_of(seller, request), faults=faults)
