"""Packages and their lines as rows of values; a value's place in its row is its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cleave.clock import from_ms, optional_moment, to_ms
from cleave.domain.listing import Extent
from cleave.domain.package import Amounts, Carriage, Fee, HistoryEntry, Line, Package, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.status import status_word
from cleave.store.details import Details, Texts
from cleave.store.formats import in_order, text, whole_number
from cleave.store.units import from_runs, to_runs

# Positions of optional values at the end of a package's row; absent ones are left off.
_OWN, _FEES, _COUNTRY = 21, 22, 23
# Positions of other values in the rows of packages, of lines and of units.
_LINES, _DETAILS = 5, 20
_RUNS, _LINE_DETAILS = 5, 6
_HOW_MANY = 2


@dataclass(frozen=True, slots=True)
class Folded:
    """A package whose lines are not made yet: a document of 20 KB may hold 5,000."""

    row: Sequence[Any]
    details: Sequence[Details]

    def package(self) -> Package:
        """The whole package."""
        return _to_package(self.row, self.details)

    def without_lines(self) -> Package:
        """The package as if it had no lines, for a hundredth of the time."""
        return _to_package([*self.row[:_LINES], (), *self.row[_LINES + 1 :]], self.details)

    def extent(self) -> Extent:
        """How much it holds."""
        lines = self.row[_LINES]
        told = [self.row[_DETAILS], *(line[_LINE_DETAILS] for line in lines)]
        return Extent(
            lines=len(lines),
            units=sum(run[_HOW_MANY] for line in lines for run in line[_RUNS]),
            characters=sum(len(self.details[place].text) for place in told),
        )


def to_row(package: Package, texts: Texts) -> list[Any]:
    """The row that ``Folded`` reads; its ``texts`` follow all rows."""
    return [
        package.package_id,
        package.seller_id,
        package.storefront,
        package.order_number,
        package.status,
        [_to_line_row(line, package, texts) for line in package.lines],
        _money(package.totals),
        [[to_ms(entry.at), entry.status] for entry in package.history],
        package.seller_pays,
        package.tracking_number,
        to_ms(package.created_at),
        to_ms(package.modified_at),
        package.created_by,
        package.origin_ids,
        package.parent_id,
        package.successor_ids,
        package.caused_by,
        _carriage_row(package.carriage),
        package.invoice_number,
        package.inherited_chain,
        texts.place(package.details),
        *_rarely_said(package, texts),
    ]


def _rarely_said(package: Package, texts: Texts) -> list[Any]:
    """The values that most packages lack; their rows then end earlier."""
    own = texts.place(package.own) if package.own else None
    tail = [own, dict(package.fees) or None, package.country]
    while tail and tail[-1] is None:
        tail.pop()
    return tail


def _carriage_row(carriage: Carriage) -> list[str | int | bool | None]:
    said = [carriage.sender_number, carriage.provider_name, carriage.return_number, carriage.tracking_link]
    return [*said, True] if carriage.by_seller else [*said]


def _to_package(row: Sequence[Any], details: Sequence[Details]) -> Package:
    order_number = text(row[3])
    return Package(
        package_id=whole_number(row[0]),
        seller_id=whole_number(row[1]),
        storefront=text(row[2]),
        order_number=order_number,
        status=status_word(row[4]),
        lines=tuple(_to_line(each, order_number, details) for each in row[5]),
        totals=_amounts(row[6]),
        history=tuple(HistoryEntry(from_ms(at), text(status)) for at, status in row[7]),
        seller_pays=row[8],
        tracking_number=row[9],
        created_at=from_ms(row[10]),
        modified_at=from_ms(row[11]),
        created_by=text(row[12]),
        origin_ids=in_order(row[13]),
        parent_id=_optional_number(row[14]),
        successor_ids=in_order(row[15]),
        caused_by=tuple(map(text, row[16])),
        carriage=Carriage(*row[17]),
        invoice_number=row[18],
        inherited_chain=_optional_number(row[19]),
        details=details[row[20]],
        own=details[row[_OWN]] if len(row) > _OWN and row[_OWN] is not None else {},
        fees=row[_FEES] or {} if len(row) > _FEES else {},
        country=row[_COUNTRY] if len(row) > _COUNTRY else None,
    )


def _to_line_row(line: Line, package: Package, texts: Texts) -> list[Any]:
    usual = _usual_item(package.order_number, line.stock_code)
    cancelled = line.cancelled
    return [
        line.line_id,
        line.stock_code,
        0 if line.item_number == usual else line.item_number,
        line.status,
        _money(line.amounts),
        to_runs(line.units),
        texts.place(line.details),
        cancelled and _to_cancelled_row(cancelled),
        *([texts.place(line.own), [[fee.name, fee.is_per_unit] for fee in line.fees]] if line.own or line.fees else ()),
    ]


def _to_line(row: Sequence[Any], order_number: str, details: Sequence[Details]) -> Line:
    line_id, stock_code, item_number, status, amounts, runs, place, cancelled, *more = row
    own, fees = more or (None, ())
    return Line(
        line_id=whole_number(line_id),
        stock_code=text(stock_code),
        item_number=text(item_number or _usual_item(order_number, stock_code)),
        status=status_word(status),
        amounts=_amounts(amounts),
        units=tuple(from_runs(runs)),
        details=details[place],
        cancelled=None if cancelled is None else _to_cancelled(*cancelled),
        own={} if own is None else details[own],
        fees=tuple(Fee(*each) for each in fees),
    )


def _to_cancelled_row(cancelled: UnitsCancelled) -> list[Any]:
    row = [cancelled.cancellation_id, cancelled.reason, cancelled.cancelled_by]
    return row if cancelled.accepted_at is None else [*row, to_ms(cancelled.accepted_at)]


def _to_cancelled(cancellation_id: str, reason: str, cancelled_by: str, accepted: int | None = None) -> UnitsCancelled:
    return UnitsCancelled(text(cancellation_id), Reason(reason), CancelledBy(cancelled_by), optional_moment(accepted))


def _optional_number(value: object) -> int | None:
    return None if value is None else whole_number(value)


def _usual_item(order_number: str, stock_code: str) -> str:
    """The number of almost every item; it need not be written."""
    return f"{order_number}_{stock_code}"


def _money(amounts: Amounts) -> list[str]:
    parts = (amounts.gross, amounts.seller_discount, amounts.marketplace_discount, amounts.total_discount)
    return [str(part) for part in (*parts, amounts.price)]


def _amounts(parts: Sequence[str]) -> Amounts:
    return Amounts(*(Decimal(part) for part in parts))
