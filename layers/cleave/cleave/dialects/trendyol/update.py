"""PUT …/shipment-packages/{packageId}: the seller reports a package's status."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.lines import NamedLine, line_fields, refuse_repeated
from cleave.domain.status import Status
from cleave.domain.status_notice import StatusNotice
from cleave.entry.values import any_case, as_text
from cleave.entry.wire import WireModel

_MAX_LINES = 500  # as many as an imported package may have


class UpdateParams(WireModel):
    """``invoiceNumber`` comes with Invoiced."""

    invoiceNumber: Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(as_text)] | None = None


class UpdateRequest(WireModel):
    """Trendyol's updatePackage, as a notification of status; clients send all lines."""

    status: Annotated[Literal["Picking", "Invoiced"], any_case("Picking", "Invoiced")]
    lines: Annotated[list[NamedLine], Field(max_length=_MAX_LINES)] = Field(default_factory=list)
    params: UpdateParams = UpdateParams()


def to_status_notice(seller: SellerCall) -> StatusNotice:
    """The status that the seller reports. Raises Refusal or Refusals."""
    return status_notice_of(seller, seller.call.body(UpdateRequest))


def status_notice_of(seller: SellerCall, request: UpdateRequest) -> StatusNotice:
    """The same, from a body that is already parsed."""
    refuse_repeated(request.lines)
    status = Status(request.status)
    return StatusNotice(
        address=seller.address,
        status=status,
        units={line.lineId: line.quantity for line in request.lines},
        fields=line_fields(request.lines),
        invoice_number=request.params.invoiceNumber if status is Status.INVOICED else None,
        at=seller.call.at,
        correlation_id=seller.call.request_id,
    )
