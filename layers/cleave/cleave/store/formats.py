"""Every item has its format. A reader knows all formats that were ever written, and reports any other."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from cleave.clock import optional_moment
from cleave.store import keys
from cleave.table.attributes import Item

FORMAT = "format"
# Increase this when the meaning of an item's attributes changes; keep the readers of earlier formats.
CURRENT = {FORMAT: 1}
_KNOWN = {1}


def is_later(item: Item) -> bool:
    """Whether a later version wrote the item: then it is not damaged."""
    said = item.get(FORMAT)
    return isinstance(said, int | Decimal) and not isinstance(said, bool) and said > max(_KNOWN)


class Unreadable(Exception):  # noqa: N818 - says what happened
    """A stored item cannot be read: it is damaged, or a later version wrote it.

    Its text is the item's key, for operators; ``name`` names the item for its owner. ``correlation_id`` is that of the
    request that caused it, if the item still has it.
    """

    def __init__(self, item: Item) -> None:
        super().__init__(f"{item[keys.PARTITION]} {item[keys.SORT]}")
        self.key = {name: str(item[name]) for name in (keys.PARTITION, keys.SORT)}
        self.name = keys.name_of(item)
        said = item.get("correlation_id")
        self.correlation_id = said if isinstance(said, str) else None


def text(value: object) -> str:
    """The value, which must be a text. Raises TypeError, because texts are shown without further checks."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} for a text")
    return value


def optional_text(value: object) -> str | None:
    """The text, or None if there is none. Raises TypeError for any other value."""
    return None if value is None else text(value)


def texts(value: object) -> frozenset[str]:
    """A list of texts. Raises TypeError for any other value."""
    return frozenset(map(text, _listed(value)))


def numbers(value: object) -> frozenset[int]:
    return frozenset(map(int, _listed(value)))


def in_order(value: object) -> tuple[int, ...]:
    """A list of numbers, in its order. Raises TypeError for any other value."""
    return tuple(map(int, _listed(value)))


def _listed(value: object) -> list[Any]:
    """The value as a list. Python would make a list of the letters of a text, or of bytes."""
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} for a list")
    return value


def owner_name(value: object) -> str:
    """The name of a webhook's owner. Raises TypeError, or ValueError, for any other value."""
    owner = text(value)
    if not owner.startswith(("seller:", "channel:")):
        raise ValueError("nobody's webhook")
    return owner


def whole_number(value: object) -> int:
    """The value, which must be a number of the table's without a fraction. Raises TypeError, or ValueError.

    A condition compares it with what is stored, and would never hold for a text or a flag that reads as the same
    number.
    """
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} for a number")
    if value != int(value):
        raise ValueError(f"{value} has a fraction")
    return int(value)


def within(value: object, least: int, most: int) -> int:
    """A whole number between the two, both included. Raises TypeError, or ValueError."""
    number = whole_number(value)
    if not least <= number <= most:
        raise ValueError(f"{number} of at most {most}")
    return number


def moment_or_none(item: Item, name: str) -> datetime | None:
    """A time that only saves a message or a wait, so a damaged one counts as None."""
    try:
        return optional_moment(item.get(name))
    except (ValueError, TypeError, ArithmeticError):
        return None


def flag(value: object) -> bool:
    """The value, which must be true or false. Raises TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} for yes or no")
    return value


def each_read[T](reader: Callable[[Item], T], items: Iterable[Item]) -> tuple[list[T], list[Unreadable]]:
    """The readable ones of several items, and the unreadable ones."""
    found: list[T] = []
    damaged: list[Unreadable] = []
    for item in items:
        try:
            found.append(reader(item))
        except Unreadable as unreadable:
            damaged.append(unreadable)
    return found, damaged


def read_with[T](reader: Callable[[Item], T], item: Item) -> T:
    """The value of an item, from its ``reader``. Raises Unreadable."""
    try:
        if int(item[FORMAT]) not in _KNOWN:
            raise ValueError("a later format")  # noqa: TRY301 - one way out for all that is wrong with an item
        return reader(item)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise Unreadable(item) from error
