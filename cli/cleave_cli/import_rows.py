"""The rows of an import file: packages as Trendyol shows them and orders as HepsiGlobal creates them, mixed or not."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cleave.dialects.fingerprints import fingerprint

_LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})


class Kind(StrEnum):
    """The kinds of rows."""

    PACKAGE = "a package of Trendyol's dialect"
    PACKAGE_STATUS = "how far such a package is, or lines of it"
    ORDER = "an order of HepsiGlobal's dialect"
    SHIPMENT_STATUS = "how far a shipment is"
    ITEM_DELIVERY = "units of an order's item that were delivered"


# By which fields each is known; the first that fits. A package has an order number, a word about one has none.
_FIELDS: dict[Kind, frozenset[str]] = {
    Kind.PACKAGE: frozenset({"orderNumber"}),
    Kind.PACKAGE_STATUS: frozenset({"shipmentPackageId", "status"}),
    Kind.SHIPMENT_STATUS: frozenset({"shipment_id", "status"}),
    Kind.ITEM_DELIVERY: frozenset({"order_item_number", "status"}),
    Kind.ORDER: frozenset({"order_number"}),
}


@dataclass(frozen=True)
class Row:
    """One package or order, or the marketplace's report about one.

    `place` is its position in the file; `fault` says why it cannot be sent at all.
    """

    place: str
    content: Any
    fault: str | None = None

    @property
    def kind(self) -> Kind | None:
        """The row's kind by its shape; None if it cannot be sent."""
        if not isinstance(self.content, dict):
            return None
        found = next((kind for kind, fields in _FIELDS.items() if fields <= self.content.keys()), None)
        return Kind.PACKAGE if found is None and "shipmentPackageId" in self.content else found

    def digest(self, target: str) -> str:
        """Equal for equal content that goes to the same endpoint."""
        return fingerprint([target, self.content])


def read_rows(path: Path) -> Iterator[Row]:
    """Read a file of JSON (a page of packages, a list, or one of either) or of JSON lines (one of these a line).

    Lines are read one by one, so a file of any size will do. A line that is no JSON is a row with a fault; a whole file
    that is none is read as lines.
    """
    if path.suffix.lower() not in _LINE_SUFFIXES:
        try:
            document = _loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            yield from _read_lines(path)
            return
        yield from _rows_of(document, "row")
        return
    yield from _read_lines(path)


def _loads(text: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Also raises ValueError for JSON that no request can hold: too long numbers, too deep lists."""
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("too deep") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _read_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield from _read_line(line, f"line {number}")


def _read_line(line: bytes, place: str) -> Iterator[Row]:
    try:
        document = _loads(line)
    except ValueError:
        yield Row(place, None, "is not JSON")
        return
    yield from _rows_of(document, place)


def _rows_of(document: Any, place: str) -> Iterator[Row]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(document, dict) and isinstance(document.get("content"), list):
        document = document["content"]
    if isinstance(document, list):
        for number, content in enumerate(document, start=1):
            yield _row(content, f"{place} {number}")
    else:
        yield _row(document, place)


def _row(content: Any, place: str) -> Row:  # noqa: ANN401 - whatever JSON holds
    row = Row(place, content)
    return (
        row if row.kind else Row(place, content, "is neither a package (shipmentPackageId) nor an order (order_number)")
    )
