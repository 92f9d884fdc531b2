"""A package as getShipmentPackages exports it, and the checks that refuse one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, FailFast, Field, StringConstraints

from cleave.dialects.trendyol.names import LINE_NAMES, PACKAGE_NAMES, UNIT_NAMES
from cleave.dialects.trendyol.packages import CARRIAGE_FIELDS
from cleave.domain.availability import MAX_UNITS
from cleave.domain.package import CreatedBy
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.status import CLOSED, status_word
from cleave.entry.values import STATUS_WORD, Id, Money, Name, Number, Quantity, Said, Text, Time, as_text, as_whole
from cleave.entry.wire import LINE_LIMIT, WireModel, json_size
from cleave.table.limits import KILOBYTE

_PACKAGE_LIMIT = 256 * KILOBYTE  # a DynamoDB item holds 400 KB


# Marketplaces add statuses each year, and clients write them in any case: any word is accepted.
type WireStatus = Annotated[
    str, StringConstraints(max_length=40, pattern=STATUS_WORD), AfterValidator(status_word), BeforeValidator(as_text)
]

# Shown also where there is hardly room for a package, as its first ancestors are.
type WireCause = Annotated[str, StringConstraints(max_length=100), BeforeValidator(as_text)]


class WireUnit(WireModel):
    """``discountDetails`` has one entry for each unit; fields that no rule reads are kept with it."""

    model_config = ConfigDict(extra="allow")
    OLD_NAMES = UNIT_NAMES

    lineItemId: Text = ""
    lineItemPrice: Money | None = None
    lineItemSellerDiscount: Money = Decimal(0)
    lineItemTyDiscount: Money = Decimal(0)


class WireLine(WireModel):
    """The fields of a line that a rule reads; all others are kept with it."""

    model_config = ConfigDict(extra="allow")
    OLD_NAMES = LINE_NAMES

    lineId: Id
    quantity: Quantity
    stockCode: Annotated[str, Field(max_length=300), BeforeValidator(as_text)] = ""
    lineUnitPrice: Money | None = None
    lineGrossAmount: Money | None = None
    lineSellerDiscount: Money = Decimal(0)
    lineTyDiscount: Money = Decimal(0)
    lineTotalDiscount: Money | None = None
    discountDetails: Annotated[list[WireUnit], Field(max_length=10_000), FailFast()] | None = None
    orderLineItemStatusName: WireStatus | None = None


class WireHistory(WireModel):
    """One entry of ``packageHistories``."""

    createdDate: Time
    status: Text


class WirePackage(WireModel):
    """The fields of a package that a rule reads; all others are kept with it."""

    model_config = ConfigDict(extra="allow")
    OLD_NAMES = PACKAGE_NAMES
    SHOWN_BLANK = frozenset(CARRIAGE_FIELDS)

    shipmentPackageId: Id
    orderNumber: Name
    supplierId: Number | None = None
    orderCountryCode: Text | None = None
    lines: Annotated[list[WireLine], Field(min_length=1, max_length=500)]
    status: WireStatus
    whoPays: Number | None = None
    cargoTrackingNumber: Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(as_whole)] | None = None
    packageGrossAmount: Money | None = None
    packageSellerDiscount: Money | None = None
    packageTyDiscount: Money | None = None
    packageTotalDiscount: Money | None = None
    packageTotalPrice: Money | None = None
    orderDate: Time | None = None
    lastModifiedDate: Time | None = None
    packageHistories: Annotated[list[WireHistory], Field(max_length=1000)] | None = None
    cargoSenderNumber: Said | None = None
    cargoProviderName: Text | None = None
    returnTrackingNumber: Said | None = None
    cargoTrackingLink: Text | None = None
    invoiceNumber: Said | None = None
    createdBy: WireCause = CreatedBy.ORDER
    originPackageIds: Annotated[list[Id], Field(max_length=50)] | None = None


def check_size(raw: object) -> None:
    """To be checked first: a model of a request's five megabytes takes a gigabyte. Raises Refusal."""
    if json_size(raw) > _PACKAGE_LIMIT:
        raise Refusal(RefusalCode.BODY_TOO_LARGE, f"a package may have {_PACKAGE_LIMIT // KILOBYTE} KB")


def check_package(wire: WirePackage, raw: Mapping[str, Any], seller_id: int) -> None:
    """Checks beyond the types. ``wire`` was read from ``raw``. Raises Refusal."""
    if wire.supplierId not in {None, 0, seller_id}:
        message = "must be the seller of the path"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="supplierId")
    _check_lines(wire, raw)
    for place, line in enumerate(wire.lines):
        units = line.discountDetails
        if units and len(units) != line.quantity:
            message = f"must have one entry for each of the {line.quantity} units"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"lines.{place}.discountDetails")
    if wire.status not in CLOSED:
        _refuse_repeated(wire)


def _check_lines(wire: WirePackage, raw: Mapping[str, Any]) -> None:
    if sum(line.quantity for line in wire.lines) > MAX_UNITS:
        raise Refusal(RefusalCode.BODY_INVALID, f"may have {MAX_UNITS} units in all", field="lines")
    for place, line in enumerate(raw["lines"]):
        if json_size({name: value for name, value in line.items() if name != "discountDetails"}) > LINE_LIMIT:
            message = f"a line may have {LINE_LIMIT // KILOBYTE} KB besides its discountDetails"
            raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=f"lines.{place}")


def _refuse_repeated(wire: WirePackage) -> None:
    """A line may be named once for each status of its units; twice with one status is a mistake.

    A closed package shows a line once for each cancellation and once for units that moved to a successor.
    """
    seen: set[tuple[int, str]] = set()
    for place, line in enumerate(wire.lines):
        way = line.lineId, line.orderLineItemStatusName or wire.status
        if way in seen:
            message = f"line {line.lineId} stands in the package twice with one status"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"lines.{place}.lineId")
        seen.add(way)
