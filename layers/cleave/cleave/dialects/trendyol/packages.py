"""Packages as getShipmentPackages and the webhook show them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from cleave.clock import to_ms
from cleave.dialects.reasons import BY_REASON
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

# What a split does not hand on; a value that was never said is not shown.
CARRIAGE_FIELDS = (
    "cargoSenderNumber",
    "cargoProviderName",
    "returnTrackingNumber",
    "cargoTrackingLink",
    "invoiceNumber",
)
_NOT_CANCELLED: "CancelFacts" = {"cancelledBy": "", "cancelReason": "", "cancelReasonCode": 0}


def page(packages: Sequence[Package], *, total: int, page_number: int, size: int) -> "PackagePage":
    """The envelope around one page of ``total`` packages."""
    return {**page_head(total, page_number, size), "content": [render_package(package) for package in packages]}


def page_head(total: int, page_number: int, size: int) -> "PageHead":
    """What the envelope says of the page."""
    return {"totalElements": total, "totalPages": -(-total // size), "page": page_number, "size": size}


def render_package(package: Package) -> "ShownPackage":
    """A package on the wire: what came in and no rule reads, under what the rules know."""
    totals = package.totals
    facts: PackageFacts = {
        "shipmentPackageId": package.package_id,
        "orderNumber": package.order_number,
        "supplierId": package.seller_id,
        "status": package.status,
        "shipmentPackageStatus": package.status,
        "cargoTrackingNumber": package.tracking_number,
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
    if package.seller_pays:
        facts["whoPays"] = 1  # absent: the marketplace pays
    lines = [_render_line(line) for line in package.lines]
    return cast("ShownPackage", {**package.details, **facts, **_render_carriage(package), "lines": lines})


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
    cancelled = (
        {**_NOT_CANCELLED, **line.details}
        if line.cancelled is None
        else {**line.details, **_render_cancelled(line.cancelled)}
    )
    return cast("ShownLine", {**cancelled, **facts, "discountDetails": units})


def _render_unit(unit: Unit) -> "ShownUnit":
    return {
        "lineItemId": unit.unit_id,
        "lineItemPrice": unit.price,
        "lineItemSellerDiscount": unit.seller_discount,
        "lineItemTyDiscount": unit.marketplace_discount,
    }


def _render_cancelled(cancelled: UnitsCancelled) -> "CancelFacts":
    codes = BY_REASON[cancelled.reason]
    return {
        "cancelledBy": cancelled.cancelled_by,
        "cancelReason": codes.trendyol_name,
        "cancelReasonCode": codes.trendyol_id,
    }
