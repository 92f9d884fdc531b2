"""Packages as they are shown: under old names too, and a successor without what is true of its parent alone."""

from typing import Any

from cleave.dialects.trendyol.packages import with_old_names as both_names

__all__ = ["both_names", "of_a_successor"]

# Of the sample orders.
_OWN_FIELDS = frozenset(
    {
        "shipmentNumber",
        "discountDisplays",
        "cargoDeci",
        "invoiceLink",
        "invoiceStatus",
        "etgbNo",
        "etgbDate",
        "sellerOtpCode",
    }
)


def of_a_successor(package: dict[str, Any]) -> dict[str, Any]:
    """What a successor has of a sample package."""
    return {name: value for name, value in package.items() if name not in _OWN_FIELDS}
