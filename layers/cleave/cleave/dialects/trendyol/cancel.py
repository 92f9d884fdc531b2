"""PUT …/shipment-packages/{packageId}/items/unsupplied."""

from functools import partial
from typing import Annotated

from pydantic import Field

from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.reasons import BY_TRENDYOL_ID, ReasonCodes
from cleave.dialects.trendyol.endpoint import TURKEY, SellerCall
from cleave.dialects.trendyol.lines import NamedLine, line_fields, refuse_repeated
from cleave.domain.cancellation import Cancellation, CancellationKey, Claim
from cleave.domain.reasons import CancelledBy
from cleave.domain.refusals import Refusal, RefusalCode, Refusals, refusals_by
from cleave.entry.values import Number, Truth
from cleave.entry.wire import WireModel

MAX_LINES = 100
_MAX_KEY_LENGTH = 255


class CancelRequest(WireModel):
    """Trendyol's updatePackage."""

    lines: Annotated[list[NamedLine], Field(min_length=1, max_length=MAX_LINES)]
    reasonId: Number
    shouldKeepPreviousStatus: Truth = False


def to_cancellation(seller: SellerCall) -> Cancellation:
    """The cancellation that a seller asks for. Raises Refusal or Refusals."""
    return cancellation_of(seller, seller.call.body(CancelRequest))


def cancellation_of(seller: SellerCall, request: CancelRequest) -> Cancellation:
    """The same, from a body that is already parsed."""
    faults = faults_of(seller, request)
    if faults:
        raise Refusals(faults)
    claim = claim_of(seller, request)
    meaning = _meaning(seller, claim.package_id, request)
    return Cancellation(
        key=CancellationKey(seller.scope, _key(seller, meaning)),
        fingerprint=meaning,
        seller_id=seller.seller_id,
        storefront=seller.storefront,
        order_number=None,
        claims=(claim,),
        reason=_reason(request.reasonId, seller.storefront).reason,
        cancelled_by=CancelledBy.SELLER,
        keep_status=request.shouldKeepPreviousStatus,
        at=seller.call.at,
        correlation_id=seller.call.request_id,
    )


def faults_of(seller: SellerCall, request: CancelRequest) -> tuple[Refusal, ...]:
    """All faults of the request itself, before the package is read."""
    return refusals_by(
        partial(refuse_repeated, request.lines),
        partial(_reason, request.reasonId, seller.storefront),
        lambda: seller.package_id,
        partial(_sent_key, seller),
    )


def claim_of(seller: SellerCall, request: CancelRequest) -> Claim:
    """The requested units. Raises Refusal if the path names no package."""
    return Claim(
        package_id=seller.package_id,
        units={line.lineId: line.quantity for line in request.lines},
        fields=line_fields(request.lines),
    )


def _key(seller: SellerCall, meaning: str) -> str:
    """The dialect has no key of its own: the same body for the same package is a retry.

    A caller that wants to cancel the same again from the same package sends an Idempotency-Key.
    """
    sent = _sent_key(seller)
    return f"content#{meaning}" if sent is None else f"key#{fingerprint(sent)}"


def _sent_key(seller: SellerCall) -> str | None:
    sent = seller.call.headers.get("idempotency-key")
    if sent is not None and not 0 < len(sent) <= _MAX_KEY_LENGTH:
        message = f"must have 1 to {_MAX_KEY_LENGTH} characters"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="Idempotency-Key")
    return sent


def _meaning(seller: SellerCall, package_id: int, request: CancelRequest) -> str:
    """Equal for requests that mean the same, whatever the order of their lines."""
    lines = sorted((line.lineId, line.quantity) for line in request.lines)
    return fingerprint([seller.storefront, package_id, lines, request.reasonId, request.shouldKeepPreviousStatus])


def _reason(reason_id: int, storefront: str) -> ReasonCodes:
    codes = BY_TRENDYOL_ID.get(reason_id)
    if codes is None:
        known = ", ".join(f"{known_id} {each.trendyol_name}" for known_id, each in BY_TRENDYOL_ID.items())
        raise Refusal(RefusalCode.REASON_UNKNOWN, f"known reasons: {known}", field="reasonId")
    if storefront == TURKEY and not codes.trendyol_in_tr:
        message = f"reason {reason_id} is not used in storefront {TURKEY}"
        raise Refusal(RefusalCode.REASON_NOT_IN_STOREFRONT, message, field="reasonId")
    return codes
