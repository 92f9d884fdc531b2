"""Packages as getShipmentPackages and the webhook show them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cleave.clock import to_ms
from cleave.dialects.reasons import BY_REASON
from cleave.domain.package import Line, Package, Unit

# What a split does not hand on; a value that was never said is not shown.
CARRIAGE_FIELDS = (
    "cargoSenderNumber",
    "cargoProviderName",
    "returnTrackingNumber",
    "cargoTrackingLink",
    "invoiceNumber",
)
_NOT_CANCELLED = {"cancelledBy": "", "cancelReason": "", "cancelReasonCode": 0}


def page(packages: Sequence[Package], *, total: int, page_number: int, size: int) -> dict[str, Any]:
    """The envelope around one page of ``total`` packages."""
    return {**page_head(total, page_number, size), "content": [render_package(package) for package in packages]}


def page_head(total: int, page_number: int, size: int) -> dict[str, int]:
    """What the envelope says of the page."""
    return {"totalElements": total, "totalPages": -(-total // size), "page": page_number, "size": size}


def render_package(package: Package) -> dict[str, Any]:
    """A package on the wire: what came in and no rule reads, under what the rules know."""
    totals = package.totals
    return {
        **package.details,
        "shipmentPackageId": package.package_id,
        "orderNumber": package.order_number,
        "supplierId": package.seller_id,
        "status": package.status,
        "shipmentPackageStatus": package.status,
        **({"whoPays": 1} if package.seller_pays else {}),  # absent: the marketplace pays
        "cargoTrackingNumber": package.tracking_number,
        **_render_carriage(package),
        "packageGrossAmount": totals.gross,
        "packageSellerDiscount": totals.seller_discount,
        "packageTyDiscount": totals.marketplace_discount,
        "packageTotalDiscount": totals.total_discount,
        "packageTotalPrice": totals.price,
        "lines": [_render_line(line) for line in package.lines],
        "packageHistories": [{"createdDate": to_ms(entry.at), "status": entry.status} for entry in package.history],
        "lastModifiedDate": to_ms(package.modified_at),
        "createdBy": package.created_by,
        "originPackageIds": list(package.origin_ids) or None,
    }


def _render_carriage(package: Package) -> dict[str, str | int]:
    carriage = package.carriage
    values = (carriage.sender_number, carriage.provider_name, carriage.return_number, carriage.tracking_link)
    pairs = zip(CARRIAGE_FIELDS, (*values, package.invoice_number), strict=True)
    return {name: value for name, value in pairs if value is not None}


def _render_line(line: Line) -> dict[str, Any]:
    amounts = line.amounts
    return {
        **_NOT_CANCELLED,
        **line.details,
        "lineId": line.line_id,
        "quantity": line.quantity,
        "stockCode": line.stock_code,
        "lineUnitPrice": amounts.price,
        "lineGrossAmount": amounts.gross,
        "lineSellerDiscount": amounts.seller_discount,
        "lineTyDiscount": amounts.marketplace_discount,
        "lineTotalDiscount": amounts.total_discount,
        "discountDetails": [_render_unit(unit) for unit in line.units],
        "orderLineItemStatusName": line.status,
        **_render_cancelled(line),
    }


def _render_unit(unit: Unit) -> dict[str, str | Decimal]:
    return {
        "lineItemId": unit.unit_id,
        "lineItemPrice": unit.price,
        "lineItemSellerDiscount": unit.seller_discount,
        "lineItemTyDiscount": unit.marketplace_discount,
    }


def _render_cancelled(line: Line) -> dict[str, str | int]:
    if line.cancelled is None:
        return {}
    codes = BY_REASON[line.cancelled.reason]
    return {
        "cancelledBy": line.cancelled.cancelled_by,
        "cancelReason": codes.trendyol_name,
        "cancelReasonCode": codes.trendyol_id,
    }
