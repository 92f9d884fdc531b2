"""Messages to a channel in HepsiGlobal's dialect."""

from typing import Literal, NotRequired, TypedDict


class CancelledItem(TypedDict):
    """Units of an item were cancelled. ``cancel_id`` is the same each time the message is sent."""

    cancel_id: int
    order_number: str
    cancel_quantity: int
    order_item_number: str
    reason: str


class NoCancelledItem(TypedDict):
    """Nothing was cancelled: somebody asked whether the receiver takes messages."""

    cancel_items: list[CancelledItem]


class EndedShipment(TypedDict):
    """A package is no more. ``replaced_by`` took its place, of several the first; ``reason`` is that of the last
    cancellation, ``split``, or a status."""

    shipment_id: int
    order_number: str
    replaced_by: int | None
    reason: str


class Tracking(TypedDict):
    """By which number a carrier has the package."""

    is_default: Literal[True]
    tracking_number: str
    is_first_mile: Literal[False]
    carrier: str | None


class ShippedItem(TypedDict):
    """Units of an item."""

    order_item_number: str
    quantity: int


class CreatedShipment(TypedDict):
    """A package came to be. ``tracking`` is empty while the seller has yet to feed a number."""

    shipment_id: int
    order_number: str
    tracking: list[Tracking]
    items: list[ShippedItem]


class MovedShipment(TypedDict):
    """How far a package is. ``occurred_at`` is RFC 3339."""

    shipment_id: int
    order_number: str
    status: str
    tracking_number: NotRequired[str]
    occurred_at: str
