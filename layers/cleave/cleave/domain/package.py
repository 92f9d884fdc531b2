"""A shipment package, its lines and their units."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.status import CANCELLED_LINE, CLOSED, NOT_LEFT, Status


class CreatedBy(StrEnum):
    """The cause of a package. Integrators that ignore it count the stock of a split twice."""

    ORDER = "order-creation"
    CANCEL = "cancel"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a line, with the price paid for it and its share of the discounts.

    ``other_discount`` is the discount that names no payer. ``fees`` are the unit's shares of the line's fees.
    ``details`` are fields that no rule reads.
    """

    unit_id: str
    price: Decimal
    seller_discount: Decimal
    marketplace_discount: Decimal
    other_discount: Decimal = Decimal(0)
    fees: tuple[Decimal, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def discount(self) -> Decimal:
        """All discounts: the seller's, the marketplace's, and those that name no payer."""
        return self.seller_discount + self.marketplace_discount + self.other_discount


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount that no rule reads and that divides over the units of a line. It is given for one unit or for all."""

    name: str
    is_per_unit: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money of one unit (on a line) or of all units (on a package). ``price`` is what remains after discounts."""

    gross: Decimal
    seller_discount: Decimal
    marketplace_discount: Decimal
    total_discount: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class UnitsCancelled:
    """Why the units of a line on a closed package will not be supplied."""

    cancellation_id: str
    reason: Reason
    cancelled_by: CancelledBy
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """``amounts`` are per unit. ``details`` are fields that no rule reads; every successor keeps them. ``own`` are
    those that are true of this line in this package only. ``fees`` are in the order of each unit's fees.

    ``status`` is one of ``Status`` or an unknown word. ``cancelled`` is also None for units that were imported as
    cancelled: then only the status says so.
    """

    line_id: int
    stock_code: str
    item_number: str
    status: str
    amounts: Amounts
    units: tuple[Unit, ...]
    details: Mapping[str, Any]
    cancelled: UnitsCancelled | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    fees: tuple[Fee, ...] = ()

    @property
    def quantity(self) -> int:
        return len(self.units)

    @property
    def is_cancelled(self) -> bool:
        """Whether its units were taken back."""
        return self.status in CANCELLED_LINE


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A status that the package, or the package it was split from, entered."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Carriage:
    """The facts about the shipment at its carrier, from the seller or from the marketplace's export.

    None: not known. A package that a split made is another shipment, so it has no such facts yet. ``by_seller``: its
    seller delivers it, no carrier has it.
    """

    sender_number: str | int | None = None
    provider_name: str | None = None
    return_number: str | int | None = None
    tracking_link: str | None = None
    by_seller: bool = False

    def with_said(self, said: "Carriage") -> "Carriage":
        """The facts with a report's values; None leaves a field unchanged."""
        return Carriage(
            sender_number=_newer(self.sender_number, said.sender_number),
            provider_name=said.provider_name or self.provider_name,
            return_number=_newer(self.return_number, said.return_number),
            tracking_link=_newer(self.tracking_link, said.tracking_link),
            by_seller=self.by_seller or said.by_seller,
        )


def _newer[T: str | int](before: T | None, said: T | None) -> T | None:
    """The reported number, unless it is the known one: a carrier's number is the same as text and as a number."""
    return before if said is None or str(said) == str(before) else said


@dataclass(frozen=True, slots=True)
class Package:
    """One shipment of an order.

    ``origin_ids`` is the first package of the chain of splits (empty on that first package), ``parent_id`` the package
    that this one replaced, ``successor_ids`` those that replaced it, ``caused_by`` the cancellations that led to it.
    ``tracking_number`` is the marketplace's; it stays None if the seller pays the carrier. ``inherited_chain`` is the
    first package of the chain of cancels: a cancel's successor has its parent's, and None means the package itself.
    ``details`` are fields that no rule reads and that are true of the order; ``own`` are those that are true of this
    package only. ``fees`` maps a field of the package to the lines' fee that it sums up. ``country`` is the order's, if
    it is not the storefront's own.
    """

    package_id: int
    seller_id: int
    storefront: str
    order_number: str
    status: str
    lines: tuple[Line, ...]
    totals: Amounts
    history: tuple[HistoryEntry, ...]
    seller_pays: bool
    tracking_number: int | None
    created_at: datetime
    modified_at: datetime
    created_by: str
    details: Mapping[str, Any]
    origin_ids: tuple[int, ...] = ()
    parent_id: int | None = None
    successor_ids: tuple[int, ...] = ()
    caused_by: tuple[str, ...] = ()
    carriage: Carriage = Carriage()
    invoice_number: str | int | None = None
    inherited_chain: int | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    fees: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None

    @property
    def sold_to(self) -> str:
        """The country of the order; by default the storefront's."""
        return self.country or self.storefront

    @property
    def chain_id(self) -> int:
        """The first package of its chain: packages that replaced each other, one after the other, by cancels."""
        return self.package_id if self.inherited_chain is None else self.inherited_chain

    @property
    def is_new(self) -> bool:
        """Whether it has not changed since it was created or imported."""
        if not self.history or self.history[-1].at != self.modified_at:
            return False
        return self.created_at == self.modified_at or (len(self.history) == 1 and self.status == Status.CREATED)

    @property
    def is_closed(self) -> bool:
        """Whether it was cancelled or replaced."""
        return self.status in CLOSED

    def can_give(self, line: Line) -> bool:
        """Whether units of the line can still be taken: they are not cancelled and have no status of their own."""
        return not line.is_cancelled and (line.status in NOT_LEFT or line.status == self.status)

    @property
    def givable(self) -> dict[int, int]:
        """Line id to the units that could be taken out if the package were in a cancellable status; 0 if the line has
        none."""
        units: dict[int, int] = {}
        for line in self.lines:
            units[line.line_id] = units.get(line.line_id, 0) + (line.quantity if self.can_give(line) else 0)
        return units

    @property
    def ways(self) -> Counter[tuple[int, str]]:
        """How many units of each line are in which status."""
        units: Counter[tuple[int, str]] = Counter()
        for line in self.lines:
            units[line.line_id, line.status] += line.quantity
        return units

    def modified_by(self, at: datetime) -> datetime:
        """The time of its last modification after a change at ``at``.

        It never goes back, although two writers' clocks may differ: a walk over packages by this time would miss one
        that went back.
        """
        return max(at, self.modified_at)
