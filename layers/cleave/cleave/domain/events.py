"""What an order's subscribers are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.order import Order
from cleave.domain.package import Package


@dataclass(frozen=True, slots=True)
class PackageEvent:
    """A package entered its status. ``sequence`` counts the events of one seller's order from 1, without gaps.

    ``package`` is the package as it was then, whatever has become of it since. ``correlation_id`` names the
    requests that caused it, with spaces between several.
    """

    order_number: str
    seller_id: int
    sequence: int
    at: datetime
    package: Package
    correlation_id: str = ""

    @property
    def event_id(self) -> str:
        """The same for every subscriber and every attempt."""
        return f"{self.seller_id}-{self.order_number}-{self.sequence}"


@dataclass(frozen=True, slots=True)
class EventNote:
    """An event without the package as it was: that one may have thousands of units."""

    sequence: int
    at: datetime
    package_id: int
    storefront: str
    status: str
    correlation_id: str


def note_of(event: PackageEvent) -> EventNote:
    """What is left of an event without its package."""
    package = event.package
    return EventNote(
        event.sequence, event.at, package.package_id, package.storefront, package.status, event.correlation_id
    )


def events_after(
    order: Order, packages: Sequence[Package], at: datetime, correlation_id: str = ""
) -> tuple[PackageEvent, ...]:
    """Events for packages that changed, numbered on from the order's last one in the order given."""
    return tuple(
        PackageEvent(order.order_number, order.seller_id, order.sequence + position, at, package, correlation_id)
        for position, package in enumerate(packages, start=1)
    )
