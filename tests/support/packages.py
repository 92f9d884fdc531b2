"""Packages as domain values, for rules that need no store."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from cleave.domain.cancellation import Reservation
from cleave.domain.money import package_totals
from cleave.domain.package import Amounts, CreatedBy, HistoryEntry, Line, Package, Status, Unit
from cleave.domain.reasons import CancelledBy, Reason

AT = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)


def line(line_id: int, quantity: int, stock_code: str) -> Line:
    """A line of an order "A-1" whose units cost 9 after a discount of 1."""
    amounts = Amounts(Decimal(10), Decimal(1), Decimal(0), Decimal(1), Decimal(9))
    units = tuple(Unit(f"{line_id}-{n}", Decimal(9), Decimal(1), Decimal(0)) for n in range(1, quantity + 1))
    return Line(line_id, stock_code, f"A-1_{stock_code}", Status.CREATED, amounts, units, details={})


def package(*lines: Line, package_id: int = 500) -> Package:
    """A package of the order "A-1", Created, of seller 20811."""
    return Package(
        package_id=package_id,
        seller_id=20811,
        storefront="TR",
        order_number="A-1",
        status=Status.CREATED,
        lines=lines,
        totals=package_totals(lines),
        history=(HistoryEntry(AT, Status.CREATED),),
        seller_pays=False,
        tracking_number=None,
        created_at=AT,
        modified_at=AT,
        created_by=CreatedBy.ORDER,
        details={},
    )


def reservations(*claims: tuple[str, dict[int, int], Reason]) -> Iterable[Reservation]:
    """Reservations by cancellation id, units of each line, reason; one after the other."""
    for cancellation_id, units, reason in claims:
        yield Reservation(cancellation_id, units, reason, CancelledBy.SELLER, keep_status=False, at=AT)
