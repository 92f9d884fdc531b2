"""Every item says its format. A reader knows all that were ever written, and says so where it meets another."""

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
    """Whether a later version wrote it: then it only looks damaged."""
    said = item.get(FORMAT)
    return isinstance(said, int | Decimal) and not isinstance(said, bool) and said > max(_KNOWN)


class Unreadable(Exception):  # noqa: N818 - says what happened
    """A stored item cannot be read: it is damaged, or a later version than this one wrote it.

    Its text is the item's key, for operators; ``name`` names the item for its owner. ``correlation_id`` is the
    request's that caused it, where the item still says so.
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
    """The same where there may be none."""
    return None if value is None else text(value)


def texts(value: object) -> frozenset[str]:
    """The same for a list of texts."""
    return frozenset(map(text, _listed(value)))


def numbers(value: object) -> frozenset[int]:
    return frozenset(map(int, _listed(value)))


def in_order(value: object) -> tuple[int, ...]:
    """The same in their order."""
    return tuple(map(int, _listed(value)))


def _listed(value: object) -> list[Any]:
    """Of a text or of bytes Python would make a list of their letters."""
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} for a list")
    return value


def owner_name(value: object) -> str:
    """The same for a webhook's owner."""
    owner = text(value)
    if not owner.startswith(("seller:", "channel:")):
        raise ValueError("nobody's webhook")
    return owner


def at_least_one(value: Any) -> int:  # noqa: ANN401 - whatever stands there
    """A number of which there is at least one. Raises ValueError, or TypeError."""
    if (number := int(value)) < 1:
        raise ValueError(f"{number} of what there is")
    return number


def moment_or_none(item: Item, name: str) -> datetime | None:
    """Of an attribute that only spares a message or a wait: None too where it is damaged."""
    try:
        return optional_moment(item.get(name))
    except (ValueError, TypeError, ArithmeticError):
        return None


def flag(value: object) -> bool:
    """The same for yes and no."""
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
    """The value that an item stores; raises Unreadable."""
    try:
        if int(item[FORMAT]) not in _KNOWN:
            raise ValueError("a later format")  # noqa: TRY301 - one way out for all that is wrong with an item
        return reader(item)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise Unreadable(item) from error
