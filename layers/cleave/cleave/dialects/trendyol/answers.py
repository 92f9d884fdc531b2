"""Answers of the endpoints in Trendyol's dialect.

This package's renderers write them, and docs/openapi.json documents them. No function loads this module.
"""

from decimal import Decimal
from typing import Literal, NotRequired, TypedDict


class EmptyObject(TypedDict):
    """An empty object, for clients that read JSON from every answer."""


class Imported(TypedDict):
    """Package ids: new packages, changed ones (left out if there are none), and unchanged ones."""

    imported: list[int]
    updated: NotRequired[list[int]]
    unchanged: list[int]


class ShownUnit(TypedDict):
    """One piece of a line."""

    lineItemId: str | int
    lineItemPrice: Decimal
    lineItemSellerDiscount: Decimal
    lineItemTyDiscount: Decimal
    lineItemDiscount: NotRequired[Decimal]


class OldLineNames(TypedDict, total=False):
    """A line's fields under their names before December 2025, unless the stack hides them."""

    id: int
    amount: Decimal
    price: Decimal
    discount: Decimal
    tyDiscount: Decimal
    merchantSku: str


class OldPackageNames(TypedDict, total=False):
    """A package's fields under their names before December 2025, unless the stack hides them."""

    id: int
    grossAmount: Decimal
    totalDiscount: Decimal
    totalTyDiscount: Decimal
    totalPrice: Decimal


class LineFacts(TypedDict):
    """The fields that every line has. Amounts are per unit."""

    lineId: int
    quantity: int
    stockCode: str
    lineUnitPrice: Decimal
    lineGrossAmount: Decimal
    lineSellerDiscount: Decimal
    lineTyDiscount: Decimal
    lineTotalDiscount: Decimal
    orderLineItemStatusName: str


class CancelFacts(TypedDict):
    """The party that cancelled a line, and the reason; empty texts and 0 if it is not cancelled."""

    cancelledBy: str
    cancelReason: str
    cancelReasonCode: int


class TruncatedLine(LineFacts, OldLineNames):
    """A line without its bulky fields. Amounts are per unit."""


class ShownLine(LineFacts, CancelFacts, OldLineNames):
    """Amounts are per unit. Other fields of the import are shown unchanged."""

    discountDetails: list[ShownUnit]


class ShownHistory(TypedDict):
    """A status that the package, or the one it was split from, entered, with the time in epoch milliseconds."""

    createdDate: int
    status: str


class PackageFacts(TypedDict):
    """The fields that every package has. Amounts are sums over all units; ``whoPays`` 1 is the seller."""

    shipmentPackageId: int
    orderNumber: str
    supplierId: int
    status: str
    shipmentPackageStatus: str
    whoPays: NotRequired[Literal[1]]
    cargoTrackingNumber: NotRequired[int]
    packageGrossAmount: Decimal
    packageSellerDiscount: Decimal
    packageTyDiscount: Decimal
    packageTotalDiscount: Decimal
    packageTotalPrice: Decimal
    packageHistories: list[ShownHistory]
    lastModifiedDate: int
    createdBy: str
    originPackageIds: list[int] | None


class Carriage(TypedDict, total=False):
    """A field that no import has named is not shown; null is shown."""

    cargoSenderNumber: str | int | None
    cargoProviderName: str | None
    returnTrackingNumber: str | int | None
    cargoTrackingLink: str | None
    invoiceNumber: str | int | None


class ShownPackage(PackageFacts, Carriage, OldPackageNames):
    """Amounts are sums over all units. Other fields of the import are shown unchanged."""

    lines: list[ShownLine]


class TruncatedPackage(PackageFacts, Carriage, OldPackageNames):
    """A package that is too large for an answer: without its bulky fields, or without its lines."""

    truncated: Literal[True]
    lines: list[TruncatedLine]


class PageHead(TypedDict):
    """The page's number, and the number of pages. ``unreadablePackageIds`` are packages that are damaged in store."""

    totalElements: int
    totalPages: int
    page: int
    size: int
    unreadablePackageIds: NotRequired[list[int]]


class PackagePage(PageHead):
    """One page of the matching packages. ``unreadablePackageIds`` are packages that are damaged in store."""

    content: list[ShownPackage | TruncatedPackage]


class PackageStep(TypedDict):
    """One step of a walk; ``nextCursor`` is null at its end. ``unreadablePackageIds`` are packages that are damaged in
    store."""

    hasMore: bool
    nextCursor: str | None
    size: int
    unreadablePackageIds: NotRequired[list[int]]
    content: list[ShownPackage | TruncatedPackage]


class NewPackage(TypedDict):
    """The package that is about to be made."""

    newPackageId: int


class NewPackageResults(TypedDict):
    """One for each group, in the order of the request."""

    results: list[NewPackage]


class NewPackages(TypedDict):
    """One for each group, in the order of the request."""

    newPackageIds: list[int]


class TrendyolErrorEntry(TypedDict):
    """``message`` begins with the field at fault, if there is one."""

    key: str
    message: str
    errorCode: Literal[""]


class TrendyolError(TypedDict):
    """Why a request was refused, in Trendyol's shape."""

    timestamp: int
    exception: str
    errors: list[TrendyolErrorEntry]
