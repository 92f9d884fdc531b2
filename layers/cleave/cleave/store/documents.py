"""Packages as items store them: compressed rows, then the text of the fields that no rule reads.

Rules read a handful of attributes; the rest (prices, addresses, names) is one binary attribute, since DynamoDB charges
by the size of the whole item. Its first byte is the number of the dictionary and layout that it was written with.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from cleave.clock import from_ms, optional_moment, to_ms
from cleave.domain.listing import Extent
from cleave.domain.package import Amounts, Carriage, Fee, HistoryEntry, Line, Package, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.status import status_word
from cleave.store.dictionary import DICTIONARIES, NEWEST
from cleave.store.formats import in_order, text, whole_number
from cleave.store.units import from_runs, to_runs

# Positions of optional values at the end of a package's row; absent ones are left off.
_OWN, _FEES, _COUNTRY = 21, 22, 23
# Positions of other values in the rows of packages, of lines and of units.
_LINES, _DETAILS = 5, 20
_RUNS, _LINE_DETAILS = 5, 6
_HOW_MANY = 2
_RAW = -zlib.MAX_WBITS  # without zlib's own header and checksum: DynamoDB does not corrupt items


class Details(Mapping[str, Any]):
    """Details as they are stored, parsed only when they are read: a split hands on the text."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _values(self) -> dict[str, Any]:
        """Raises ValueError if it is damaged."""
        values: dict[str, Any] = json.loads(self.text, parse_float=Decimal)
        if not isinstance(values, dict):
            raise ValueError("details without names")  # noqa: TRY004 - as for any other text
        return values

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever came in
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Details of packages and lines by their place; shared ones are written once."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, details: Mapping[str, Any]) -> int:
        return self.places.setdefault(_text(details), len(self.places))


def _text(details: Mapping[str, Any]) -> str:
    return details.text if isinstance(details, Details) else _JSON.encode(details)


def pack(packages: Sequence[Package]) -> bytes:
    """The packages in the form that ``unpack`` reads; their shared parts cost almost nothing."""
    texts = _Texts()
    rows = _JSON.encode([_to_row(package, texts) for package in packages])
    plain = "\n".join([rows, *texts.places]).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARIES[NEWEST])
    return bytes([NEWEST]) + packer.compress(plain) + packer.flush()


def exported_size(package: Package) -> int:
    """Bytes of what exports add to a package: its history, and the fields that no rule reads, for each line and unit
    anew."""
    of_lines = {(line.line_id, _text(each)) for line in package.lines for each in (line.details, line.own)}
    of_units = [_text(unit.details) for line in package.lines for unit in line.units if unit.details]
    statuses = [entry.status for entry in package.history]
    texts = [_text(package.details), _text(package.own), *(text for _, text in of_lines), *of_units, *statuses]
    return sum(len(text.encode()) for text in texts)


def unpack(packed: bytes) -> tuple[Package, ...]:
    """The packages that ``pack`` was given; numbers with a fraction in ``details`` come as Decimal.

    Raises ValueError if the document is damaged or was written by a later version.
    """
    return tuple(each.package() for each in unfold(packed))


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


def unfold(packed: bytes) -> tuple[Folded, ...]:
    """Like ``unpack``, without making the packages."""
    if not packed or packed[0] not in DICTIONARIES:
        raise ValueError("a document of an unknown version")
    unpacker = zlib.decompressobj(_RAW, DICTIONARIES[packed[0]])
    try:
        plain = unpacker.decompress(packed[1:]).decode()
    except zlib.error:
        raise ValueError("a damaged document") from None
    if not unpacker.eof:
        raise ValueError("a document that was cut off")
    rows, *texts = plain.split("\n")  # which JSON never has inside
    details = [Details(text) for text in texts]
    return tuple(Folded(row, details) for row in json.loads(rows, parse_float=Decimal))


def checked(package: Package) -> Package:
    """The same. Raises ValueError if details are damaged: they are parsed only now, for those that show them."""
    of_lines = (each for line in package.lines for each in (line.details, line.own))
    for details in (package.details, package.own, *of_lines):
        len(details)
    return package


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Decimal):
        return float(value)  # only in ``details``: shortest form, exact up to 15 digits, read back as Decimal
    raise TypeError(f"{type(value).__name__} in a package")


_JSON = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _to_row(package: Package, texts: _Texts) -> list[Any]:
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


def _rarely_said(package: Package, texts: _Texts) -> list[Any]:
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


def _to_line_row(line: Line, package: Package, texts: _Texts) -> list[Any]:
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
