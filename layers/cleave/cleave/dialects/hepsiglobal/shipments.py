"""{base}/webhooks/create-shipment, cancel-shipment, shipment-status: a subscriber's messages about a package."""

from datetime import datetime
from typing import TYPE_CHECKING

from cleave.dialects.hepsiglobal.reports import STATUSES
from cleave.dialects.reasons import BY_REASON
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.domain.recipients import Message

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.messages import CreatedShipment, EndedShipment, MovedShipment, Tracking

_WORDS: dict[str, str] = {status: word for word, status in STATUSES.items()}
_SPLIT = "split"


def render_created(event: Event, message: Message) -> "CreatedShipment":
    """A new package, with its items and its tracking."""
    package = event.packages[message.package]
    items: dict[str, int] = {}
    for line in package.lines:
        if not line.is_cancelled:
            items[line.item_number] = items.get(line.item_number, 0) + line.quantity
    return {
        "shipment_id": package.package_id,
        "order_number": package.order_number,
        "tracking": _tracking(package),
        "items": [{"order_item_number": number, "quantity": quantity} for number, quantity in items.items()],
    }


def render_ended(event: Event, message: Message) -> "EndedShipment":
    """A closed package, and the one that replaced it, the first of several."""
    package = event.packages[message.package]
    return {
        "shipment_id": package.package_id,
        "order_number": package.order_number,
        "replaced_by": package.successor_ids[0] if package.successor_ids else None,
        "reason": _reason(package),
    }


def render_moved(event: Event, message: Message) -> "MovedShipment":
    """A package's new status."""
    package = event.packages[message.package]
    number = package.tracking_number or package.carriage.sender_number
    moved: MovedShipment = {
        "shipment_id": package.package_id,
        "order_number": package.order_number,
        "status": _WORDS.get(package.status, _snake_case(package.status)),
        "occurred_at": _entered(event, package).isoformat(timespec="milliseconds"),
    }
    if number:
        moved["tracking_number"] = str(number)
    return moved


def _entered(event: Event, package: Package) -> datetime:
    """When the package entered its status, which may be reported later."""
    times = [entry.at for entry in package.history if entry.status == package.status]
    return times[-1] if times else event.at


def _tracking(package: Package) -> "list[Tracking]":
    """The marketplace's number, or the seller's own; neither until the seller reports one."""
    number = package.tracking_number or package.carriage.sender_number
    if not number:
        return []
    carrier = package.carriage.provider_name
    return [{"is_default": True, "tracking_number": str(number), "is_first_mile": False, "carrier": carrier}]


def _reason(package: Package) -> str:
    """The reason of the last cancellation. Without one, the package was split, or was not paid."""
    said = [line.cancelled.reason for line in package.lines if line.cancelled]
    if said:
        return BY_REASON[said[-1]].hepsiglobal
    return _SPLIT if package.successor_ids else _snake_case(package.status)


def _snake_case(word: str) -> str:
    """For statuses for which the dialect has no word."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in word).lstrip("_")
