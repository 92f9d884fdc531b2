"""A package as it is kept inside items: compressed JSON, and behind it a line of JSON for what no rule reads.

Rules read a handful of attributes; the rest (prices, addresses, names) is one binary attribute. It is a quarter of the
size, and DynamoDB charges writes by the size of the whole item.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from cleave.clock import from_ms, to_ms
from cleave.domain.package import Amounts, Carriage, HistoryEntry, Line, Package, Status, Unit, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason


class _Details(Mapping[str, Any]):
    """Details as they are stored, read when somebody looks: a split hands them on as the text that they are."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.text, parse_float=Decimal)
        return values

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever came in
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def pack(package: Package) -> bytes:
    """The whole package, as read back by ``unpack``."""
    details = (package.details, *(line.details for line in package.lines))
    text = "\n".join([_JSON.encode(_package_document(package)), *map(_details_text, details)])
    return zlib.compress(text.encode(), level=6)


def unpack(packed: bytes) -> Package:
    """The package that ``pack`` was given; numbers with a fraction in ``details`` come as Decimal."""
    document, details, *of_lines = zlib.decompress(packed).decode().split("\n")  # which JSON never has inside
    return _package(json.loads(document), _Details(details), [_Details(each) for each in of_lines])


def _details_text(details: Mapping[str, Any]) -> str:
    return details.text if isinstance(details, _Details) else _JSON.encode(details)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Decimal):
        return float(value)  # only in ``details``: shortest form, exact up to 15 digits, read back as Decimal
    raise TypeError(f"{type(value).__name__} in a package")


_JSON = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _package_document(package: Package) -> dict[str, Any]:
    return {
        "package_id": package.package_id,
        "seller_id": package.seller_id,
        "storefront": package.storefront,
        "order_number": package.order_number,
        "status": package.status,
        "lines": [_line_document(line) for line in package.lines],
        "totals": _amounts_document(package.totals),
        "history": [[to_ms(entry.at), entry.status] for entry in package.history],
        "seller_pays": package.seller_pays,
        "tracking_number": package.tracking_number,
        "created_at": to_ms(package.created_at),
        "modified_at": to_ms(package.modified_at),
        "created_by": package.created_by,
        "origin_ids": package.origin_ids,
        "parent_id": package.parent_id,
        "successor_ids": package.successor_ids,
        "caused_by": package.caused_by,
        "carriage": astuple(package.carriage),
        "invoice_number": package.invoice_number,
    }


def _line_document(line: Line) -> dict[str, Any]:
    cancelled = line.cancelled
    return {
        "line_id": line.line_id,
        "stock_code": line.stock_code,
        "item_number": line.item_number,
        "status": line.status,
        "amounts": _amounts_document(line.amounts),
        "units": [
            [unit.unit_id, str(unit.price), str(unit.seller_discount), str(unit.marketplace_discount)]
            for unit in line.units
        ],
        "cancelled": cancelled and [cancelled.cancellation_id, cancelled.reason, cancelled.cancelled_by],
    }


def _amounts_document(amounts: Amounts) -> list[str]:
    parts = (amounts.gross, amounts.seller_discount, amounts.marketplace_discount, amounts.total_discount)
    return [str(part) for part in (*parts, amounts.price)]


def _package(document: Mapping[str, Any], details: _Details, of_lines: Sequence[_Details]) -> Package:
    return Package(
        **{
            **document,
            "details": details,
            "status": Status(document["status"]),
            "lines": tuple(_line(*each) for each in zip(document["lines"], of_lines, strict=True)),
            "totals": _amounts(document["totals"]),
            "history": tuple(HistoryEntry(from_ms(at), status) for at, status in document["history"]),
            "created_at": from_ms(document["created_at"]),
            "modified_at": from_ms(document["modified_at"]),
            "origin_ids": tuple(document["origin_ids"]),
            "successor_ids": tuple(document["successor_ids"]),
            "caused_by": tuple(document["caused_by"]),
            "carriage": Carriage(*document["carriage"]),
        }
    )


def _line(document: Mapping[str, Any], details: _Details) -> Line:
    cancelled = document["cancelled"]
    return Line(
        **{
            **document,
            "details": details,
            "status": Status(document["status"]),
            "amounts": _amounts(document["amounts"]),
            "units": tuple(
                Unit(unit_id, Decimal(price), Decimal(seller), Decimal(marketplace))
                for unit_id, price, seller, marketplace in document["units"]
            ),
            "cancelled": cancelled and UnitsCancelled(cancelled[0], Reason(cancelled[1]), CancelledBy(cancelled[2])),
        }
    )


def _amounts(document: list[str]) -> Amounts:
    return Amounts(*(Decimal(part) for part in document))
