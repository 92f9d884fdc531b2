"""Packages that are too large to be shown whole: what is left of them, which says so."""

from collections.abc import Callable, Mapping
from typing import Any

from cleave.dialects.trendyol.names import LINE_NAMES, PACKAGE_NAMES
from cleave.dialects.trendyol.packages import page_head, render_package
from cleave.domain.package import Package
from cleave.entry.wire import to_json

# Bytes that no package takes without its lines.
LEAST_BYTES = 3_000
_PACKAGE_FIELDS = (
    "shipmentPackageId",
    "orderNumber",
    "supplierId",
    "status",
    "shipmentPackageStatus",
    "cargoTrackingNumber",
    "packageGrossAmount",
    "packageSellerDiscount",
    "packageTyDiscount",
    "packageTotalDiscount",
    "packageTotalPrice",
    "lastModifiedDate",
    "createdBy",
    "originPackageIds",
)
_LINE_FIELDS = frozenset(
    {
        "lineId",
        "quantity",
        "stockCode",
        "barcode",
        "lineUnitPrice",
        "lineGrossAmount",
        "lineSellerDiscount",
        "lineTyDiscount",
        "lineTotalDiscount",
        "orderLineItemStatusName",
        "cancelledBy",
        "cancelReason",
        "cancelReasonCode",
    }
)


def page_of(package: Package, fits: Callable[[str], bool], *, old_names: bool) -> str:
    """The page of one package: whole, or as much of it as ``fits``."""
    rendered = render_package(package, old_names=old_names)
    text = _page(rendered)
    for shorten in (without_bulk, without_lines):
        if not fits(text):
            text = _page(shorten(rendered))
    return text


def _page(rendered: Mapping[str, Any]) -> str:
    return to_json({**page_head(1, 0, 1), "content": [rendered]})


def without_bulk(rendered: Mapping[str, Any]) -> dict[str, Any]:
    """The package with its lines, without the fields of both that may have any size."""
    lines = [
        {name: value for name, value in line.items() if LINE_NAMES.get(name, name) in _LINE_FIELDS}
        for line in rendered["lines"]
    ]
    return {**without_lines(rendered), "lines": lines, "packageHistories": rendered["packageHistories"]}


def without_lines(rendered: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of every package, in fewer than LEAST_BYTES; imported fields may have any size."""
    known = {name: value for name, value in rendered.items() if PACKAGE_NAMES.get(name, name) in _PACKAGE_FIELDS}
    return {**known, "lines": [], "packageHistories": [], "truncated": True}
