"""POST …/orders: what getShipmentPackages answered, loaded as it is."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from cleave.api.gateway import KILOBYTE
from cleave.api.wire import MAX_TIME, Id, Money, Name, Number, Quantity, Text, WireModel, parse
from cleave.application.import_packages import ImportedPackage
from cleave.clock import from_ms
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.trendyol.endpoint import STOREFRONTS, SellerCall
from cleave.dialects.trendyol.packages import CARRIAGE_FIELDS
from cleave.domain.money import package_totals
from cleave.domain.package import Amounts, Carriage, CreatedBy, HistoryEntry, Line, Package, Status, Unit
from cleave.domain.refusals import Refusal, RefusalCode, Refusals

_BODY_LIMIT = 5 * KILOBYTE * KILOBYTE  # Lambda takes 6 MB with API Gateway's envelope around it
_PACKAGE_LIMIT = 256 * KILOBYTE  # a DynamoDB item holds 400 KB
_MAX_UNITS = 10_000  # of a line; a package of 256 KB has room for fewer
_MAX_PACKAGES = 200  # the dialect's own largest page


type Time = Annotated[int, Field(ge=0, le=MAX_TIME)]
type WireStatus = Annotated[Status, Field(strict=False)]


class WireUnit(WireModel):
    """``discountDetails`` has one entry for each unit."""

    lineItemId: Text | Number = ""
    lineItemPrice: Money
    lineItemSellerDiscount: Money = Decimal(0)
    lineItemTyDiscount: Money = Decimal(0)


class WireLine(WireModel):
    """The fields of a line that a rule reads."""

    lineId: Id
    quantity: Quantity
    stockCode: Text = ""
    lineUnitPrice: Money
    lineGrossAmount: Money
    lineSellerDiscount: Money = Decimal(0)
    lineTyDiscount: Money = Decimal(0)
    lineTotalDiscount: Money | None = None
    discountDetails: Annotated[list[WireUnit], Field(max_length=_MAX_UNITS)] | None = None
    orderLineItemStatusName: WireStatus | None = None


class WireHistory(WireModel):
    """One entry of ``packageHistories``."""

    createdDate: Time
    status: Text


class WirePackage(WireModel):
    """The fields of a package that a rule reads."""

    shipmentPackageId: Id
    orderNumber: Name
    supplierId: Number | None = None
    orderCountryCode: Text | None = None
    lines: Annotated[list[WireLine], Field(min_length=1, max_length=500)]
    status: WireStatus
    whoPays: Number | None = None
    cargoTrackingNumber: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    packageGrossAmount: Money | None = None
    packageSellerDiscount: Money | None = None
    packageTyDiscount: Money | None = None
    packageTotalDiscount: Money | None = None
    packageTotalPrice: Money | None = None
    orderDate: Time | None = None
    lastModifiedDate: Time | None = None
    packageHistories: Annotated[list[WireHistory], Field(max_length=1000)] | None = None
    cargoSenderNumber: Text | Number | None = None
    cargoProviderName: Text | None = None
    returnTrackingNumber: Text | Number | None = None
    cargoTrackingLink: Text | None = None
    invoiceNumber: Text | Number | None = None
    createdBy: Text = CreatedBy.ORDER
    originPackageIds: Annotated[list[Id], Field(max_length=1000)] | None = None


_PACKAGE_FIELDS = frozenset(WirePackage.model_fields) - {"orderCountryCode", "orderDate"} | {"shipmentPackageStatus"}
_LINE_FIELDS = frozenset(WireLine.model_fields)


def to_imported(seller: SellerCall) -> list[ImportedPackage]:
    """The packages of a page envelope, a list or a single package. Raises Refusal or Refusals."""
    document = seller.call.json(_BODY_LIMIT)
    imported = [_imported(seller, raw, prefix) for prefix, raw in _packages(document)]
    seen: set[int] = set()
    for each in imported:
        if each.package.package_id in seen:
            message = f"package {each.package.package_id} stands in the request twice"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=each.field)
        seen.add(each.package.package_id)
    return imported


def _packages(document: object) -> Sequence[tuple[str, Any]]:
    """Each package with its place in the document."""
    prefix = ""
    if isinstance(document, dict) and "content" in document:
        document, prefix = document["content"], "content."
    if isinstance(document, dict):
        return [("", document)]
    if not isinstance(document, list):
        message = "must be a page envelope, a list of packages or one package"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=prefix.rstrip(".") or None)
    if not 0 < len(document) <= _MAX_PACKAGES:
        message = f"must hold 1 to {_MAX_PACKAGES} packages"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=prefix.rstrip(".") or None)
    return [(f"{prefix}{place}", raw) for place, raw in enumerate(document)]


def _imported(seller: SellerCall, raw: Any, prefix: str) -> ImportedPackage:  # noqa: ANN401 - unvalidated JSON
    try:
        wire = parse(WirePackage, raw)
        _check(seller, wire, raw)
    except Refusals as found:
        raise Refusals(tuple(_within(prefix, refusal) for refusal in found.refusals)) from None
    except Refusal as refusal:
        raise _within(prefix, refusal) from None
    package = _package(seller, wire, raw)
    return ImportedPackage(package, fingerprint(raw), f"{prefix}.shipmentPackageId".lstrip("."))


def _within(prefix: str, refusal: Refusal) -> Refusal:
    field = ".".join(part for part in (prefix, refusal.field) if part) or None
    return Refusal(refusal.code, refusal.message, field=field)


def _check(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any]) -> None:
    """What the types cannot say."""
    if wire.supplierId not in {None, seller.seller_id}:
        message = "must be the seller of the path"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="supplierId")
    if len(json.dumps(raw, default=float)) > _PACKAGE_LIMIT:
        raise Refusal(RefusalCode.BODY_TOO_LARGE, f"a package may have {_PACKAGE_LIMIT // KILOBYTE} KB")
    seen: set[tuple[int, Status | None]] = set()
    for place, line in enumerate(wire.lines):
        units = line.discountDetails
        if units and len(units) != line.quantity:
            message = f"must have one entry for each of the {line.quantity} units"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"lines.{place}.discountDetails")
        if (line.lineId, line.orderLineItemStatusName) in seen:
            message = f"line {line.lineId} stands in the package twice"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"lines.{place}.lineId")
        seen.add((line.lineId, line.orderLineItemStatusName))


def _package(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any]) -> Package:
    at = seller.call.at
    lines = tuple(_line(wire, line, raw["lines"][place]) for place, line in enumerate(wire.lines))
    return Package(
        package_id=wire.shipmentPackageId,
        seller_id=seller.seller_id,
        storefront=_storefront(seller, wire),
        order_number=wire.orderNumber,
        status=wire.status,
        lines=lines,
        totals=_totals(wire, lines),
        history=tuple(HistoryEntry(from_ms(h.createdDate), h.status) for h in wire.packageHistories or ()),
        seller_pays=wire.whoPays == 1,
        tracking_number=wire.cargoTrackingNumber or None,
        created_at=_moment(wire.orderDate, at),
        modified_at=_moment(wire.lastModifiedDate, at),
        created_by=wire.createdBy,
        details={name: value for name, value in raw.items() if name not in _PACKAGE_FIELDS or _is_unsaid(name, value)},
        origin_ids=tuple(wire.originPackageIds or ()),
        carriage=Carriage(
            sender_number=wire.cargoSenderNumber,
            provider_name=wire.cargoProviderName,
            return_number=wire.returnTrackingNumber,
            tracking_link=wire.cargoTrackingLink,
        ),
        invoice_number=wire.invoiceNumber,
    )


def _is_unsaid(name: str, value: object) -> bool:
    """A null that stays a null when the package is shown again."""
    return name in CARRIAGE_FIELDS and value is None


def _storefront(seller: SellerCall, wire: WirePackage) -> str:
    """The header's; without one, an export still says where its orders come from."""
    if not seller.storefront_sent and wire.orderCountryCode in STOREFRONTS:
        seller.check_storefront(wire.orderCountryCode)
        return wire.orderCountryCode
    return seller.storefront


def _moment(milliseconds: int | None, otherwise: datetime) -> datetime:
    return otherwise if milliseconds is None else from_ms(milliseconds)


def _line(package: WirePackage, line: WireLine, raw: Mapping[str, Any]) -> Line:
    discount = line.lineTotalDiscount
    return Line(
        line_id=line.lineId,
        stock_code=line.stockCode,
        item_number=f"{package.orderNumber}_{line.stockCode}",
        status=line.orderLineItemStatusName or package.status,
        amounts=Amounts(
            line.lineGrossAmount,
            line.lineSellerDiscount,
            line.lineTyDiscount,
            line.lineSellerDiscount + line.lineTyDiscount if discount is None else discount,
            line.lineUnitPrice,
        ),
        units=tuple(_units(line)),
        details={name: value for name, value in raw.items() if name not in _LINE_FIELDS},
    )


def _units(line: WireLine) -> list[Unit]:
    """From ``discountDetails``; an export without them says the same of every unit by the line's own amounts."""
    if line.discountDetails:
        return [
            Unit(str(u.lineItemId), u.lineItemPrice, u.lineItemSellerDiscount, u.lineItemTyDiscount)
            for u in line.discountDetails
        ]
    return [
        Unit(f"{line.lineId}-{number}", line.lineUnitPrice, line.lineSellerDiscount, line.lineTyDiscount)
        for number in range(1, line.quantity + 1)
    ]


def _totals(wire: WirePackage, lines: tuple[Line, ...]) -> Amounts:
    """As they came; where one is missing, all are added up from the units."""
    came = (
        wire.packageGrossAmount,
        wire.packageSellerDiscount,
        wire.packageTyDiscount,
        wire.packageTotalDiscount,
        wire.packageTotalPrice,
    )
    known = [amount for amount in came if amount is not None]
    return Amounts(*known) if len(known) == len(came) else package_totals(lines)
