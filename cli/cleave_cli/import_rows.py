"""The rows of an import file: packages as Trendyol shows them and orders as HepsiGlobal creates them, mixed or not."""

import itertools
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from cleave.dialects.fingerprints import fingerprint

from cleave_cli.errors import CleaveError

_LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})
# What Python's JSON would need memory for, many times as much. A request takes 6 MB; a line may hold several rows.
_LONGEST_LINE = 32 * 2**20
_LONGEST_FILE = 512 * 2**20
_HALVES = re.compile(r"\\u[dD][89abAB]")  # of surrogate pairs


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


class UnreadableFileError(CleaveError):
    """A file that holds no rows at all."""

    title = "Not imported"


def read_rows(path: Path) -> Iterator[Row]:
    """Read a file of JSON (a page of packages, a list, or one of either) or of JSON lines (one of these a line).

    Lines are read one by one, so a file of any size will do. A line that is no JSON is a row with a fault; a whole file
    that is none is read as lines, if it begins like these. Raises UnreadableFileError.
    """
    if not path.is_file():
        raise UnreadableFileError(f"{path} is not a file, and an import reads it twice. Save it as one first.")
    if not path.stat().st_size:
        raise UnreadableFileError(f"{path} is empty.")
    if path.suffix.lower() in _LINE_SUFFIXES:
        yield from _read_lines(path)
    else:
        yield from _read_whole(path)


def _read_whole(path: Path) -> Iterator[Row]:
    if path.stat().st_size > _LONGEST_FILE:
        raise UnreadableFileError(f"{path} is larger than 512 MB. As JSON lines, named .jsonl, it may have any size.")
    try:
        document = _loads(path.read_bytes())
    except _FaultError as fault:
        if not _begins_with_lines(path):
            raise UnreadableFileError(f"{path} {fault}.") from None
        yield from _read_lines(path)
    else:
        yield from _rows_of(document, "row")


def _begins_with_lines(path: Path) -> bool:
    """Whether one of its first two lines is a row. JSON that is written over several lines does not begin so."""
    return any(row.fault is None for row in itertools.islice(_read_lines(path), 2))


class _FaultError(Exception):
    """Why a text is no JSON that a request can hold, to be read behind the name of its place."""


def _loads(text: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Raises _FaultError."""
    try:
        read = text.decode("utf-8-sig")
        document = json.loads(read, parse_float=_finite, parse_constant=_finite, object_pairs_hook=_object)
        if _HALVES.search(read):
            json.dumps(document, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise _FaultError("is not UTF-8") from None
    except UnicodeEncodeError:
        raise _FaultError("has half of a character (\\ud800 to \\udfff)") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}" if error.lineno > 1 else f"character {error.colno}"
        raise _FaultError(f"is not JSON: {error.msg}, at {where}") from None
    except RecursionError:
        raise _FaultError("is nested too deep") from None
    except ValueError:
        raise _FaultError("has a number that is too long or too large") from None
    return document


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A reader would take one of two values for the same name, and nobody would know which."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _FaultError(f"has {twice!r} twice in one object")
    return found


def _read_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                _skip_line(file)
                yield Row(f"line {number}", None, "is longer than 32 MB; put each row on a line of its own")
            elif line.strip():
                yield from _read_line(line, f"line {number}")


def _skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _read_line(line: bytes, place: str) -> Iterator[Row]:
    try:
        document = _loads(line.rstrip(b"\r\n"))
    except _FaultError as fault:
        yield Row(place, None, str(fault))
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
