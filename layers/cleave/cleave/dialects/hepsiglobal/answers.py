"""Answers of the endpoints in HepsiGlobal's dialect."""

from typing import Literal, TypedDict

from cleave.dialects.trendyol.answers import EmptyObject


class Token(TypedDict):
    """``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


class Accepted(TypedDict):
    """The report is accepted; ``message`` says which."""

    data: EmptyObject
    message: str


class CreatedItem(TypedDict):
    """The item's names in Trendyol's dialect."""

    item_number: str
    line_id: int
    quantity: int


class CreatedPackage(TypedDict):
    """The package of one company."""

    company_id: int
    package_id: int
    items: list[CreatedItem]


class CreatedOrderData(TypedDict):
    """The created packages."""

    order_number: str
    packages: list[CreatedPackage]


class CreatedOrder(TypedDict):
    """The order is created."""

    data: CreatedOrderData
    message: str


class ProblemEntry(TypedDict):
    """``field`` is dotted, with list positions from 0; null if no single field is at fault."""

    key: str
    field: str | None
    detail: str


class Problem(TypedDict):
    """The reasons of a refusal, in the form of RFC 9457."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]
