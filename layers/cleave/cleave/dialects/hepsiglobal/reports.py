"""A marketplace's reports about a shipment, and about the delivery of an order's item."""

from typing import Annotated, Literal

from cleave.application.intake.report_items import ItemReport
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.hepsiglobal.new_order import Time
from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import Carriage
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.reported import Report
from cleave.domain.status import Status
from cleave.entry.gateway import path_text
from cleave.entry.values import MAX_ID, Quantity, Text, any_case
from cleave.entry.wire import WireModel

STATUSES = {
    "shipped": Status.SHIPPED,
    "at_collection_point": Status.AT_COLLECTION_POINT,
    "delivered": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "returned": Status.RETURNED,
}
_MAX_TRACKING_NUMBER = 2**63


class ShipmentStatus(WireModel):
    """``tracking_number`` is the carrier's own."""

    status: Annotated[
        Literal["shipped", "at_collection_point", "delivered", "undelivered", "returned"], any_case(*STATUSES)
    ]
    tracking_number: Text | None = None
    occurred_at: Time | None = None


class ItemDelivery(WireModel):
    """``quantity`` units of the item are delivered by now; without it, all of them."""

    status: Annotated[Literal["delivered"], any_case("delivered")]
    quantity: Quantity | None = None
    delivered_at: Time | None = None


def to_shipment_report(channel: ChannelCall) -> Report:
    """The marketplace's report; the seller is not known yet. Raises Refusal or Refusals."""
    request = channel.call.body(ShipmentStatus)
    number = request.tracking_number
    is_number = number is not None and number.isascii() and number.isdigit() and int(number) < _MAX_TRACKING_NUMBER
    return Report(
        address=PackageAddress(0, _shipment_id(channel), None),
        status=STATUSES[request.status],
        happened_at=request.occurred_at or channel.call.at,
        at=channel.call.at,
        tracking_number=int(number) if number is not None and is_number else None,
        carriage=Carriage(sender_number=None if is_number else number),
        correlation_id=channel.call.request_id,
    )


def to_item_report(channel: ChannelCall) -> ItemReport:
    """The marketplace's report. Raises Refusal or Refusals."""
    request = channel.call.body(ItemDelivery)
    return ItemReport(
        order_number=path_text(channel.call, "orderNumber", RefusalCode.ORDER_NOT_FOUND),
        item_number=path_text(channel.call, "orderItemNumber", RefusalCode.ITEM_NOT_FOUND),
        status=Status.DELIVERED,
        quantity=request.quantity,
        happened_at=request.delivered_at or channel.call.at,
        at=channel.call.at,
        quantity_field="quantity",
        correlation_id=channel.call.request_id,
    )


def _shipment_id(channel: ChannelCall) -> int:
    text = channel.call.path.get("shipmentId", "")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID)) and 0 < int(text) <= MAX_ID):
        raise Refusal(RefusalCode.PACKAGE_NOT_FOUND, "the path's shipment id is not an id")
    return int(text)
