"""Every item says its format. A reader knows all that were ever written, and says so where it meets another."""

from collections.abc import Callable

from cleave.store import keys
from cleave.table.attributes import Item

FORMAT = "format"
# The number goes up when the meaning of an item's attributes changes; readers of the ones before stay.
CURRENT = {FORMAT: 1}
_KNOWN = {1}


class Unreadable(Exception):  # noqa: N818 - says what happened
    """A stored item cannot be read: it is damaged, or a later version than this one wrote it.

    ``correlation_id`` is the request's that caused it, where the item still says so.
    """

    def __init__(self, item: Item) -> None:
        super().__init__(f"{item[keys.PARTITION]} {item[keys.SORT]}")
        said = item.get("correlation_id")
        self.correlation_id = said if isinstance(said, str) else None


def read_with[T](reader: Callable[[Item], T], item: Item) -> T:
    """What the item stands for; raises Unreadable."""
    try:
        if int(item[FORMAT]) not in _KNOWN:
            raise ValueError("a later format")  # noqa: TRY301 - one way out for all that is wrong with an item
        return reader(item)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise Unreadable(item) from error
