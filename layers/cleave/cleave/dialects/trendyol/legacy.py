"""PUT /sapigw/…/shipment-packages/{packageId}: one path for three statuses, of which one is a cancel."""

from typing import Annotated, Literal

from pydantic import Field

from cleave.dialects.reasons import BY_REASON
from cleave.dialects.trendyol.cancel import MAX_LINES, CancelRequest, cancellation_of
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.lines import NamedLine
from cleave.dialects.trendyol.update import UpdateRequest, status_notice_of
from cleave.domain.cancellation import Cancellation
from cleave.domain.reasons import Reason
from cleave.domain.status_notice import StatusNotice
from cleave.entry.values import any_case
from cleave.entry.wire import WireModel, parse

# Trendyol's page calls this a notification that goods cannot be supplied, and names no reasons.
_REASON_ID = BY_REASON[Reason.OUT_OF_STOCK].trendyol_id


class LegacyStatus(WireModel):
    """The status, which decides how the rest of the body is read."""

    status: Annotated[Literal["Picking", "Invoiced", "UnSupplied"], any_case("Picking", "Invoiced", "UnSupplied")]


class LegacyCancelRequest(WireModel):
    """A cancel without a reason; ``params`` is ignored."""

    lines: Annotated[list[NamedLine], Field(min_length=1, max_length=MAX_LINES)]


def to_legacy_update(seller: SellerCall) -> Cancellation | StatusNotice:
    """The seller's request on the older path. Raises Refusal or Refusals."""
    document = seller.call.json()
    if parse(LegacyStatus, document).status != "UnSupplied":
        return status_notice_of(seller, parse(UpdateRequest, document))
    request = parse(LegacyCancelRequest, document)
    return cancellation_of(seller, CancelRequest(lines=request.lines, reasonId=_REASON_ID))
