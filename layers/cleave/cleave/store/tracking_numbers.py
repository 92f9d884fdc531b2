"""Carriers' numbers for new packages, leased from one counter: none is ever given twice, to any seller."""

import threading
from dataclasses import dataclass, field
from decimal import Decimal

from cleave import clock
from cleave.clock import to_ms
from cleave.domain.ids import TRACKING_NUMBERS
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store import order_keys
from cleave.store.formats import CURRENT, FORMAT, Unreadable, read_with, whole_number
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Update
from cleave.table.table import Table

# One write leases so many numbers; those that an environment has not used when it ends are lost.
_BLOCK = 1_000
_OF_CELL = len(TRACKING_NUMBERS) // 100


def leased_numbers(table: Table) -> int:
    """How many were leased so far. Raises Unreadable."""
    item = table.get(order_keys.number_blocks())
    return 0 if item is None else read_with(lambda found: whole_number(found["leased"]), item)


def skip_numbers(table: Table, until: int) -> None:
    """Give out none of the first ``until`` any more, of a table that may have forgotten that it did."""
    update = Update(
        key=order_keys.number_blocks(),
        change="SET leased = :until, #format = :format",
        condition="attribute_not_exists(leased) OR NOT leased >= :until",
        values={"until": until, "format": CURRENT[FORMAT]},
        names={"format": FORMAT},
    )
    table.try_update(update)


@dataclass(slots=True)
class TrackingNumbers:
    """The numbers that one environment of a function has leased. ``cell`` (0 to 99) keeps tables of one marketplace
    apart: each has the numbers of its own hundredth."""

    cell: int = 0
    leased: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, table: Table, count: int) -> list[int]:
        """``count`` numbers, none of which was given before. One write for each thousand. Raises Contended."""
        with self.lock:
            while len(self.leased) < count:
                self.leased += self._lease(table)
            taken, self.leased = self.leased[:count], self.leased[count:]
        return taken

    def _lease(self, table: Table) -> list[int]:
        """A block; none if the counter was damaged, and begins anew.

        The SDK repeats an update whose answer was lost; this skips a block.
        """
        update = Update(
            key=order_keys.number_blocks(),
            change="SET leased = if_not_exists(leased, :none) + :block, #format = :format",
            condition="attribute_not_exists(pk) OR leased BETWEEN :none AND :last",
            values={"none": 0, "block": _BLOCK, "last": _OF_CELL - _BLOCK - 1, "format": CURRENT[FORMAT]},
            names={"format": FORMAT},
        )
        try:
            end = int(table.update(update)["leased"])
        except ConditionsFailed as failed:
            (item,) = failed.found.values()
            if item is None or _can_be_true(item):
                raise
            _count_anew(table, item)
            return []
        first = TRACKING_NUMBERS[0] + self.cell * _OF_CELL
        return list(range(first + end - _BLOCK, first + end))


def _can_be_true(item: Item) -> bool:
    leased = item.get("leased")
    return isinstance(leased, Decimal) and 0 <= leased <= _OF_CELL


def _count_anew(table: Table, item: Item) -> None:
    """Otherwise one damaged item would hold up the splits of all sellers.

    The counter begins at the time in milliseconds. It was never there: a table leases far fewer than a thousand numbers
    a second.
    """
    change = Update(
        key=order_keys.number_blocks(),
        change="SET leased = :anew, #format = :format",
        condition="attribute_exists(pk) AND NOT leased BETWEEN :none AND :all",
        values={"anew": to_ms(clock.now()), "none": 0, "all": _OF_CELL, "format": CURRENT[FORMAT]},
        names={"format": FORMAT},
    )
    if table.try_update(change):
        note(Log.NUMBERS_DAMAGED, item=str(Unreadable(item)))
        count(Metric.ITEMS_FAILED)
