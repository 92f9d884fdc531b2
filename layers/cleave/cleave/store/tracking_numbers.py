"""Carriers' numbers for new packages, leased from one counter: none is ever given twice, to any seller."""

import threading
from dataclasses import dataclass, field

from cleave.domain.ids import TRACKING_NUMBERS
from cleave.store import order_keys
from cleave.store.formats import CURRENT, FORMAT
from cleave.table.requests import Update
from cleave.table.table import Table

# One write leases so many numbers; those that an environment has not used when it ends are lost.
_BLOCK = 1_000


def leased_numbers(table: Table) -> int:
    """How many were leased so far."""
    item = table.get(order_keys.number_blocks())
    return 0 if item is None else int(item["leased"])


def skip_numbers(table: Table, until: int) -> None:
    """Give out none of the first ``until`` any more, of a table that may have forgotten that it did."""
    update = Update(
        key=order_keys.number_blocks(),
        change="SET leased = :until, #format = :format",
        condition="attribute_not_exists(leased) OR leased < :until",
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
        """The SDK repeats an update whose answer was lost; this skips a block."""
        of_cell = len(TRACKING_NUMBERS) // 100
        update = Update(
            key=order_keys.number_blocks(),
            change="SET leased = if_not_exists(leased, :none) + :block, #format = :format",
            condition="attribute_not_exists(leased) OR leased < :most",
            values={"none": 0, "block": _BLOCK, "most": of_cell - _BLOCK, "format": CURRENT[FORMAT]},
            names={"format": FORMAT},
        )
        end = int(table.update(update)["leased"])
        first = TRACKING_NUMBERS[0] + self.cell * of_cell
        return list(range(first + end - _BLOCK, first + end))
