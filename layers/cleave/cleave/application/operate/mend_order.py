"""Repair an order's unreadable items from an earlier copy of the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleave.application.operate.erase_order import erase_order, says_erased
from cleave.store.mending import DamagedItem, damaged_items, mend, put_back
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class Mended:
    """A damaged item, by its keys, and the attributes that were restored; none if the copy does not help."""

    item: str
    attributes: Sequence[str]


def find_damage(table: Table, order_number: str) -> list[Mended]:
    """The unreadable items. Writes nothing."""
    return [Mended(_name(each), ()) for each in damaged_items(table, order_number)]


def mend_order(table: Table, copy: Table, order_number: str) -> list[Mended]:
    """Restore only the damaged attributes, so that everything accepted since the copy stays.

    Personal data that was erased since is erased again. Raises OutOfDate, or Contended.
    """
    was_erased = says_erased(table, order_number)
    mended = [_mend(table, copy, each) for each in damaged_items(table, order_number)]
    if was_erased:
        erase_order(table, order_number)
    return mended


def _mend(table: Table, copy: Table, damaged: DamagedItem) -> Mended:
    earlier = copy.get(damaged.key)
    attributes = None if earlier is None else put_back(damaged, earlier)
    if attributes:
        mend(table, damaged, attributes)
    return Mended(_name(damaged), sorted(attributes or ()))


def _name(damaged: DamagedItem) -> str:
    return " ".join(damaged.key.values())
