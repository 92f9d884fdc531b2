"""The rows of an import file: packages as Trendyol shows them and orders as HepsiGlobal creates them, mixed or not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleave.dialects.fingerprints import fingerprint

_LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True)
class Row:
    """One package or order. `place` is where it stands in the file; `fault` says why it can not be sent at all."""

    place: str
    content: Any
    fault: str | None = None

    @property
    def is_package(self) -> bool:
        """Whether it has the shape of a package of Trendyol's dialect."""
        return isinstance(self.content, dict) and not {"shipmentPackageId", "orderNumber"}.isdisjoint(self.content)

    @property
    def is_order(self) -> bool:
        """Whether it has the shape of an order of HepsiGlobal's dialect."""
        return isinstance(self.content, dict) and "order_number" in self.content

    def digest(self, target: str) -> str:
        """Equal for equal content that goes to the same place."""
        return fingerprint([target, self.content])


def read_rows(path: Path) -> Iterator[Row]:
    """Read a file of JSON (a page of packages, a list, or one of either) or of JSON lines (one of these a line).

    Lines are read one by one, so a file of any size will do. A line that is no JSON is a row with a fault; a whole file
    that is none is read as lines.
    """
    if path.suffix.lower() not in _LINE_SUFFIXES:
        try:
            document = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            yield from _read_lines(path)
            return
        yield from _rows_of(document, "row")
        return
    yield from _read_lines(path)


def _read_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield from _read_line(line, f"line {number}")


def _read_line(line: bytes, place: str) -> Iterator[Row]:
    try:
        document = json.loads(line)
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
    if row.is_package or row.is_order:
        return row
    return Row(place, content, "is neither a package (shipmentPackageId) nor an order (order_number)")
