"""What the endpoints answer, as models: the handlers render plain documents, and tests hold those against these.

A field that is not here is one that no answer has, except where packages carry what came in with them.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class AnswerModel(BaseModel):
    """Says all there is."""

    model_config = ConfigDict(extra="forbid")


class EmptyObject(AnswerModel):
    """Nothing, for clients that read JSON from every answer."""


class Imported(AnswerModel):
    """Package ids: those that are new, those that were moved on (left out if none), and those with nothing new."""

    imported: list[int]
    updated: list[int] = []
    unchanged: list[int]


class ShownUnit(BaseModel):
    """One piece of a line."""

    lineItemId: str | int
    lineItemPrice: float
    lineItemSellerDiscount: float
    lineItemTyDiscount: float


class ShownLine(BaseModel):
    """Amounts are per unit. What came in besides is shown as it came."""

    lineId: int
    quantity: int
    stockCode: str
    lineUnitPrice: float
    lineGrossAmount: float
    lineSellerDiscount: float
    lineTyDiscount: float
    lineTotalDiscount: float
    discountDetails: list[ShownUnit]
    orderLineItemStatusName: str
    cancelledBy: str
    cancelReason: str
    cancelReasonCode: int


class ShownHistory(AnswerModel):
    """A status that the package, or the one it was split from, entered. In epoch milliseconds."""

    createdDate: int
    status: str


class ShownPackage(BaseModel):
    """Amounts are sums over all units. What came in besides is shown as it came."""

    shipmentPackageId: int
    orderNumber: str
    supplierId: int
    status: str
    shipmentPackageStatus: str
    cargoTrackingNumber: int | None
    packageGrossAmount: float
    packageSellerDiscount: float
    packageTyDiscount: float
    packageTotalDiscount: float
    packageTotalPrice: float
    lines: list[ShownLine]
    packageHistories: list[ShownHistory]
    lastModifiedDate: int
    createdBy: str
    originPackageIds: list[int] | None


class TruncatedLine(BaseModel):
    """A line without what is bulky. Amounts are per unit."""

    lineId: int
    quantity: int
    stockCode: str
    lineUnitPrice: float
    lineGrossAmount: float
    lineSellerDiscount: float
    lineTyDiscount: float
    lineTotalDiscount: float
    orderLineItemStatusName: str


class TruncatedPackage(BaseModel):
    """A package that leaves others no room in an answer: without what is bulky, or without its lines."""

    truncated: Literal[True]
    shipmentPackageId: int
    orderNumber: str
    supplierId: int
    status: str
    shipmentPackageStatus: str
    cargoTrackingNumber: int | None
    packageGrossAmount: float
    packageSellerDiscount: float
    packageTyDiscount: float
    packageTotalDiscount: float
    packageTotalPrice: float
    lines: list[TruncatedLine]
    packageHistories: list[ShownHistory]
    lastModifiedDate: int
    createdBy: str
    originPackageIds: list[int] | None


class PackagePage(AnswerModel):
    """One page of the packages that fit. ``unreadablePackageIds`` are of packages that are damaged in store."""

    totalElements: int
    totalPages: int
    page: int
    size: int
    unreadablePackageIds: list[int] = Field(default_factory=list)
    content: list[ShownPackage | TruncatedPackage]


class PackageStep(AnswerModel):
    """One step of a walk; ``nextCursor`` is null at its end. ``unreadablePackageIds`` are of packages that are damaged
    in store."""

    hasMore: bool
    nextCursor: str | None
    size: int
    unreadablePackageIds: list[int] = Field(default_factory=list)
    content: list[ShownPackage | TruncatedPackage]


class NewPackage(AnswerModel):
    """The package that is about to be made."""

    newPackageId: int


class NewPackageResults(AnswerModel):
    """One for each group, in the order asked for."""

    results: list[NewPackage]


class NewPackages(AnswerModel):
    """One for each group, in the order asked for."""

    newPackageIds: list[int]


class Token(AnswerModel):
    """``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


class Accepted(AnswerModel):
    """What was said is taken; ``message`` says what."""

    data: EmptyObject
    message: str


class CreatedItem(AnswerModel):
    """What Trendyol's dialect calls the item."""

    item_number: str
    line_id: int
    quantity: int


class CreatedPackage(AnswerModel):
    """The package of one company."""

    company_id: int
    package_id: int
    items: list[CreatedItem]


class CreatedOrderData(AnswerModel):
    """What the order became."""

    order_number: str
    packages: list[CreatedPackage]


class CreatedOrder(AnswerModel):
    """The order is created."""

    data: CreatedOrderData
    message: str


class TrendyolErrorEntry(AnswerModel):
    """``message`` begins with the field at fault, where there is one."""

    key: str
    message: str
    errorCode: Literal[""]


class TrendyolError(AnswerModel):
    """Why a request was refused, in Trendyol's shape."""

    timestamp: int
    exception: str
    errors: list[TrendyolErrorEntry]


class ProblemEntry(AnswerModel):
    """``field`` is dotted, with list positions from 0; null where the fault is in no field."""

    key: str
    field: str | None
    detail: str


class Problem(AnswerModel):
    """Why a request was refused, as RFC 9457 has it."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]


class GatewayAnswer(BaseModel):
    """What API Gateway answers itself: the members of both dialects' errors."""

    timestamp: int
    exception: str
    errors: list[TrendyolErrorEntry]
    type: Literal["about:blank"]
    detail: Any
