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
    """A test by the webhook's owner: nothing was cancelled."""

    cancel_items: list[CancelledItem]


class EndedShipment(TypedDict):
    """A package was closed. ``replaced_by`` is the package that replaced it, the first of several; ``reason`` is that
    of the last cancellation, ``split``, or a status."""

    shipment_id: int
    order_number: str
    replaced_by: int | None
    reason: str


class Tracking(TypedDict):
    """The carrier and its number for the package."""

    is_default: Literal[True]
    tracking_number: str
    is_first_mile: Literal[False]
    carrier: str | None


class ShippedItem(TypedDict):
    """Units of an item."""

    order_item_number: str
    quantity: int


class CreatedShipment(TypedDict):
    """A package was created. ``tracking`` is empty until the seller reports a number."""

    shipment_id: int
    order_number: str
    tracking: list[Tracking]
    items: list[ShippedItem]


class MovedShipment(TypedDict):
    """A package entered another status. ``occurred_at`` is when, in RFC 3339; a report may come later."""

    shipment_id: int
    order_number: str
    status: str
    tracking_number: NotRequired[str]
    occurred_at: str
