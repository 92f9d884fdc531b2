"""The fields that no rule reads, as they are stored: text that is parsed only for those that show it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from cleave.clock import to_ms


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Decimal):
        return float(value)  # only in ``details``: shortest form, exact up to 15 digits, read back as Decimal
    raise TypeError(f"{type(value).__name__} in a package")


JSON = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False, check_circular=False)


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
class Texts:
    """Details of packages and lines by their place; shared ones are written once."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, details: Mapping[str, Any]) -> int:
        """Of the text, which is new or was placed before."""
        return self.places.setdefault(text_of(details), len(self.places))


def text_of(details: Mapping[str, Any]) -> str:
    """As JSON. Raises TypeError for a value that no package has."""
    return details.text if isinstance(details, Details) else JSON.encode(details)
