"""Domain values for tests: short to write, valid unless told otherwise."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cleave.domain.cancellation import Reservation
from cleave.domain.money import line_amounts, package_totals
from cleave.domain.package import HistoryEntry, Line, Package, Status, Unit
from cleave.domain.reasons import CancelledBy, Reason

START = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)


def unit(number: int, price: str = "27.00", seller: str = "2.00", marketplace: str = "1.00") -> Unit:
    return Unit(str(number), Decimal(price), Decimal(seller), Decimal(marketplace))


def line(line_id: int, units: int | tuple[Unit, ...], gross: str = "30.00") -> Line:
    pieces = units if isinstance(units, tuple) else tuple(unit(number) for number in range(1, units + 1))
    return Line(
        line_id=line_id,
        stock_code=f"SKU-{line_id}",
        item_number=f"ORDER_SKU-{line_id}",
        status=Status.CREATED,
        amounts=line_amounts(Decimal(gross), pieces),
        units=pieces,
        details={"productName": f"Product {line_id}"},
    )


def package(*lines: Line, status: Status = Status.CREATED, seller_pays: bool = True, package_id: int = 100) -> Package:
    return Package(
        package_id=package_id,
        seller_id=20811,
        storefront="DE",
        order_number="ORDER",
        status=status,
        lines=lines,
        totals=package_totals(lines),
        history=(HistoryEntry(START, Status.CREATED),),
        seller_pays=seller_pays,
        tracking_number=7280811901000001,
        created_at=START,
        modified_at=START,
        created_by="order-creation",
        details={"customerId": 1},
    )


def reservation(
    key: str, units: dict[int, int], *, keep: bool = False, minute: int = 1, reason: Reason = Reason.OUT_OF_STOCK
) -> Reservation:
    return Reservation(key, units, reason, CancelledBy.SELLER, keep, START + timedelta(minutes=minute))
