"""Reports of a carrier, or of a seller who delivers itself: status, alternative-delivery, manual-…"""

from typing import Annotated, Any, Literal

from pydantic import Field

from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.lines import NamedLine, line_fields, refuse_repeated
from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import Carriage
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.reported import Report
from cleave.domain.status import Status
from cleave.entry.gateway import Response, json_response
from cleave.entry.values import Price, Quantity, Text, Truth, any_case
from cleave.entry.wire import WireModel

_MAX_LINES = 500  # as many as an imported package may have
_MAX_DIGITS = 19  # of a number below 2**63


class StatusRequest(WireModel):
    """The carrier's status of a package, or of the named lines; ``params`` is ignored."""

    status: Annotated[
        Literal["Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned"],
        any_case("Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned"),
    ]
    lines: Annotated[list[NamedLine], Field(max_length=_MAX_LINES)] = Field(default_factory=list)


class AlternativeDelivery(WireModel):
    """The seller delivers the package itself and is on the way. ``trackingInfo`` is a phone number or a link;
    ``params`` is ignored."""

    isPhoneNumber: Truth = False
    trackingInfo: Annotated[Text, Field(min_length=1)]
    boxQuantity: Quantity | None = None
    deci: Price | None = None


def done() -> Response:
    """The dialect's answer to these requests."""
    return json_response("200 OK")


def to_status_report(seller: SellerCall) -> Report:
    """The marketplace's report. Without a storefront it applies in the package's own.

    Raises Refusal or Refusals.
    """
    request = seller.call.body(StatusRequest)
    refuse_repeated(request.lines)
    storefront = seller.storefront if seller.storefront_sent else None
    return Report(
        address=PackageAddress(seller.seller_id, seller.package_id, storefront),
        status=Status(request.status),
        happened_at=seller.call.at,
        at=seller.call.at,
        units={line.lineId: line.quantity for line in request.lines},
        fields=line_fields(request.lines),
        correlation_id=seller.call.request_id,
    )


def to_alternative_delivery(seller: SellerCall) -> Report:
    """The report of a seller that is on the way. Raises Refusal or Refusals."""
    request = seller.call.body(AlternativeDelivery)
    info = request.trackingInfo
    said: dict[str, Any] = {"boxQuantity": request.boxQuantity, "cargoDeci": request.deci}
    return Report(
        address=seller.address,
        status=Status.SHIPPED,
        happened_at=seller.call.at,
        at=seller.call.at,
        carriage=Carriage(
            sender_number=info if request.isPhoneNumber else None,
            tracking_link=None if request.isPhoneNumber else info,
            by_seller=True,
        ),
        own={name: value for name, value in said.items() if value is not None},
        correlation_id=seller.call.request_id,
    )


def to_own_report(seller: SellerCall, status: Status, package_id: int) -> Report:
    """The report of a seller that has delivered a package or got it back."""
    return Report(
        address=PackageAddress(seller.seller_id, package_id, seller.storefront),
        status=status,
        happened_at=seller.call.at,
        at=seller.call.at,
        is_sellers=True,
        correlation_id=seller.call.request_id,
    )


def tracking_number_of(seller: SellerCall) -> int | None:
    """The package's number in the path, None if the path has its id. Raises Refusal."""
    text = seller.call.path.get("cargoTrackingNumber")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise Refusal(RefusalCode.PACKAGE_NOT_FOUND, "the path's cargoTrackingNumber is not a number")
    return int(text)
