"""Packages as getShipmentPackages and the webhook show them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from cleave.clock import to_ms
from cleave.dialects.reasons import BY_REASON
from cleave.dialects.trendyol.names import LINE_NAMES, PACKAGE_NAMES, UNIT_NAMES
from cleave.domain.money import fee_total, line_fees
from cleave.domain.package import Line, Package, Unit, UnitsCancelled

if TYPE_CHECKING:
    from cleave.dialects.trendyol.answers import (
        CancelFacts,
        Carriage,
        LineFacts,
        PackageFacts,
        PackagePage,
        PageHead,
        ShownLine,
        ShownPackage,
        ShownUnit,
    )

# Fields that a successor does not take over; a value that was never given is not shown.
CARRIAGE_FIELDS = (
    "cargoSenderNumber",
    "cargoProviderName",
    "returnTrackingNumber",
    "cargoTrackingLink",
    "invoiceNumber",
)
_NOT_CANCELLED: "CancelFacts" = {"cancelledBy": "", "cancelReason": "", "cancelReasonCode": 0}


def page(packages: Sequence[Package], *, old_names: bool) -> "PackagePage":
    """The envelope around packages that fit one page."""
    content = [render_package(package, old_names=old_names) for package in packages]
    return {**page_head(len(packages), 0, 1), "content": [*content]}


def page_head(total: int, page_number: int, size: int) -> "PageHead":
    """The envelope of a page."""
    return {"totalElements": total, "totalPages": -(-total // size), "page": page_number, "size": size}


def render_package(package: Package, *, old_names: bool) -> "ShownPackage":
    """A package on the wire: the imported fields that no rule reads, and over them the fields that rules know.

    With ``old_names``, renamed fields appear under both names.
    """
    shown = _render_package(package)
    return cast("ShownPackage", with_old_names(shown)) if old_names else shown


def with_old_names(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The same package, with each field under both of its names."""
    lines = [
        _both({**line, "discountDetails": [_both(unit, UNIT_NAMES) for unit in line["discountDetails"]]}, LINE_NAMES)
        for line in shown["lines"]
    ]
    return {**_both(shown, PACKAGE_NAMES), "lines": lines}


def _both(shown: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {**shown, **{old: shown[new] for old, new in names.items() if new in shown}}


def _render_package(package: Package) -> "ShownPackage":
    totals = package.totals
    facts: PackageFacts = {
        "shipmentPackageId": package.package_id,
        "orderNumber": package.order_number,
        "supplierId": package.seller_id,
        "status": package.status,
        "shipmentPackageStatus": package.status,
        "packageGrossAmount": totals.gross,
        "packageSellerDiscount": totals.seller_discount,
        "packageTyDiscount": totals.marketplace_discount,
        "packageTotalDiscount": totals.total_discount,
        "packageTotalPrice": totals.price,
        "packageHistories": [{"createdDate": to_ms(entry.at), "status": entry.status} for entry in package.history],
        "lastModifiedDate": to_ms(package.modified_at),
        "createdBy": package.created_by,
        "originPackageIds": list(package.origin_ids) or None,
    }
    if package.tracking_number is not None:  # else the seller pays, and has a number of its own
        facts["cargoTrackingNumber"] = package.tracking_number
    if package.seller_pays:
        facts["whoPays"] = 1  # absent: the marketplace pays
    lines = [_render_line(line) for line in package.lines]
    fees = {name: fee_total(package.lines, fee) for name, fee in package.fees.items()}
    unread = {**package.details, **package.own, **fees}
    return cast("ShownPackage", {**unread, **facts, **_render_carriage(package), "lines": lines})


def _render_carriage(package: Package) -> "Carriage":
    carriage = package.carriage
    values = (carriage.sender_number, carriage.provider_name, carriage.return_number, carriage.tracking_link)
    pairs = zip(CARRIAGE_FIELDS, (*values, package.invoice_number), strict=True)
    return cast("Carriage", {name: value for name, value in pairs if value is not None})


def _render_line(line: Line) -> "ShownLine":
    amounts = line.amounts
    facts: LineFacts = {
        "lineId": line.line_id,
        "quantity": line.quantity,
        "stockCode": line.stock_code,
        "lineUnitPrice": amounts.price,
        "lineGrossAmount": amounts.gross,
        "lineSellerDiscount": amounts.seller_discount,
        "lineTyDiscount": amounts.marketplace_discount,
        "lineTotalDiscount": amounts.total_discount,
        "orderLineItemStatusName": line.status,
    }
    units = [_render_unit(unit) for unit in line.units]
    unread = {**line.details, **line.own, **line_fees(line)}
    cancelled = (
        {**_NOT_CANCELLED, **unread} if line.cancelled is None else {**unread, **_render_cancelled(line.cancelled)}
    )
    return cast("ShownLine", {**cancelled, **facts, "discountDetails": units})


def _render_unit(unit: Unit) -> "ShownUnit":
    facts: ShownUnit = {
        "lineItemId": unit.unit_id,
        "lineItemPrice": unit.price,
        "lineItemSellerDiscount": unit.seller_discount,
        "lineItemTyDiscount": unit.marketplace_discount,
    }
    return cast("ShownUnit", {**unit.details, **facts}) if unit.details else facts


def _render_cancelled(cancelled: UnitsCancelled) -> "CancelFacts":
    codes = BY_REASON[cancelled.reason]
    return {
        "cancelledBy": cancelled.cancelled_by,
        "cancelReason": codes.trendyol_name,
        "cancelReasonCode": codes.trendyol_id,
    }
