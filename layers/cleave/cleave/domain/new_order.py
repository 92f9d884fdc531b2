"""An order that a channel creates, and its packages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cleave.domain.ids import order_line_id, order_package_id
from cleave.domain.money import line_amounts, package_totals
from cleave.domain.package import CreatedBy, HistoryEntry, Line, Package, Unit
from cleave.domain.status import Status


@dataclass(frozen=True, slots=True)
class NewItem:
    """``quantity`` units of one product from one seller; ``unit_price`` is what one unit costs the buyer.

    ``details`` and ``own`` are those of the line that it becomes.
    """

    item_number: str
    seller_id: int
    stock_code: str
    quantity: int
    unit_price: Decimal
    details: Mapping[str, Any]
    own: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewOrder:
    """At most MAX_ORDER_ITEMS items, no item number twice. ``ordered_at`` is aware UTC."""

    order_number: str
    storefront: str
    ordered_at: datetime
    items: tuple[NewItem, ...]
    details: Mapping[str, Any]

    @property
    def seller_ids(self) -> tuple[int, ...]:
        """The items' sellers, each once, in the items' order."""
        return tuple(dict.fromkeys(item.seller_id for item in self.items))


def packages_of(order: NewOrder, *, at: datetime, attempt: int, numbers: Mapping[int, int]) -> tuple[Package, ...]:
    """One package in status Created for each seller, with all of its items.

    The marketplace pays the carrier: ``numbers`` maps each seller to the tracking number of its package. ``attempt``
    counts the package ids that were taken already.
    """
    return tuple(
        _package(order, seller_id, at, order_package_id(order.order_number, seller_id, attempt), numbers.get(seller_id))
        for seller_id in order.seller_ids
    )


def _package(order: NewOrder, seller_id: int, at: datetime, package_id: int, number: int | None) -> Package:
    lines = tuple(
        _line(item, order_line_id(order.order_number, seller_id, place))
        for place, item in enumerate(order.items)
        if item.seller_id == seller_id
    )
    return Package(
        package_id=package_id,
        seller_id=seller_id,
        storefront=order.storefront,
        order_number=order.order_number,
        status=Status.CREATED,
        lines=lines,
        totals=package_totals(lines),
        history=(HistoryEntry(at, Status.CREATED),),
        seller_pays=False,
        tracking_number=number,
        created_at=order.ordered_at,
        modified_at=at,
        created_by=CreatedBy.ORDER,
        details=order.details,
    )


def _line(item: NewItem, line_id: int) -> Line:
    nothing = Decimal(0)
    units = tuple(Unit(f"{line_id}-{n}", item.unit_price, nothing, nothing) for n in range(1, item.quantity + 1))
    return Line(
        line_id=line_id,
        stock_code=item.stock_code,
        item_number=item.item_number,
        status=Status.CREATED,
        amounts=line_amounts(item.unit_price, units),
        units=units,
        details=item.details,
        own=item.own,
    )
