"""Domain values for tests: short to write, valid unless told otherwise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cleave.domain.availability import Availability
from cleave.domain.cancellation import PackageAddress, Reservation
from cleave.domain.money import line_amounts, package_totals
from cleave.domain.package import HistoryEntry, Line, Package, Unit
from cleave.domain.partition import Group, SplitRequest
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.recipients import Recipient
from cleave.domain.refusals import LineFields
from cleave.domain.status import Status
from cleave.domain.subscription import PayloadFormat

START = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)


def unit(number: int | str, price: str = "27.00", seller: str = "2.00", marketplace: str = "1.00") -> Unit:
    return Unit(str(number), Decimal(price), Decimal(seller), Decimal(marketplace))


def line(line_id: int, units: int | tuple[Unit, ...], gross: str = "30.00", status: str = Status.CREATED) -> Line:
    pieces = units if isinstance(units, tuple) else tuple(unit(number) for number in range(1, units + 1))
    return Line(
        line_id=line_id,
        stock_code=f"SKU-{line_id}",
        item_number=f"ORDER_SKU-{line_id}",
        status=status,
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


def availability(of: Package, *, waiting: int = 0) -> Availability:
    """What an item of the package says, of which nobody has claimed anything."""
    return Availability(of.package_id, of.order_number, of.storefront, of.status, of.givable, waiting, of.chain_id)


def split_request(*groups: Mapping[int, int | None]) -> SplitRequest:
    """Fields are named by their group and line."""
    named = tuple(
        Group(
            units, {line_id: LineFields(f"groups.{place}.{line_id}", f"groups.{place}.{line_id}") for line_id in units}
        )
        for place, units in enumerate(groups)
    )
    return SplitRequest(PackageAddress(20811, 100, "DE"), named, keep_status=False, fingerprint="f", at=START)


def reservation(
    key: str, units: dict[int, int], *, keep: bool = False, minute: int = 1, reason: Reason = Reason.OUT_OF_STOCK
) -> Reservation:
    return Reservation(key, units, reason, CancelledBy.SELLER, keep, START + timedelta(minutes=minute))


def recipient(
    name: str = "hook",
    *statuses: str,
    payload: PayloadFormat = PayloadFormat.TRENDYOL,
    owner: str = "seller:20811",
    is_wanted: bool = True,
    tracks: int = 8,
) -> Recipient:
    """Told of every status, unless some are named."""
    return Recipient(name, owner, payload, frozenset(statuses), is_wanted, tracks)
