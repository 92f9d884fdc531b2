"""What the next splits of a batch need, read in one round trip.

Their transactions are conditional on the items being as they were read, so reading early is safe; it costs another
read, and a transaction in vain, where somebody writes in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from cleave import clock
from cleave.application.settle import Settle
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Table

# The longer ago an item was read, the more likely somebody has written it since.
_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Due:
    """A package on which something waits, as its stream record says. ``since`` (epoch ms) None: no cancellations."""

    seller_id: int
    order_number: str
    package_id: int
    since: int | None = field(compare=False)

    @property
    def keys(self) -> tuple[keys.Key, keys.Key]:
        """Of the package and of its order."""
        return keys.package(self.seller_id, self.package_id), keys.order(self.seller_id, self.order_number)


@dataclass(slots=True)
class LookAhead:
    """Reads for the packages of a batch, some at a time and each at most once, when the first of them is asked for."""

    table: Table
    settle: Settle
    unread: list[tuple[Due, ...]]
    found: dict[tuple[str, str], Item] = field(default_factory=dict)

    def read(self, due: Due) -> Sequence[Item]:
        """The items of the package and its order; nothing where one of them was given out before, since whoever asked
        for it has written it by now."""
        for chunk in [each for each in self.unread if due in each]:
            self.unread.remove(chunk)
            self._read(chunk)
        items = [self.found.pop((key[keys.PARTITION], key[keys.SORT]), None) for key in due.keys]
        return [] if None in items else [item for item in items if item is not None]

    def _read(self, chunk: Sequence[Due]) -> None:
        waiting = [due.since for due in chunk if due.since is not None]
        if waiting:
            self.settle(max(waiting), clock.now())
        wanted = {(key[keys.PARTITION], key[keys.SORT]): key for due in chunk for key in due.keys}
        for item in self.table.batch_get(list(wanted.values())):
            self.found[item[keys.PARTITION], item[keys.SORT]] = item


def look_ahead(table: Table, settle: Settle, images: Iterable[Mapping[str, Any]]) -> LookAhead:
    """For the packages of a batch's records, given by their new images."""
    dues = dict.fromkeys(due for image in images if (due := _due(image)))
    return LookAhead(table, settle, list(batched(dues, _AT_ONCE, strict=False)))


def _due(image: Mapping[str, Any]) -> Due | None:
    match image:
        case {"kind": _}:
            return None
        case {
            keys.PENDING: _,
            "seller_id": {"N": seller},
            "order_number": {"S": order},
            "package_id": {"N": package},
            "waiting": {"M": waiting},
            keys.WAITING_SINCE: {"N": since},
        }:
            return Due(int(seller), order, int(package), int(since) if waiting else None)
    return None


def due_of(item: Item) -> Due:
    """The same from the item itself."""
    since = int(item[keys.WAITING_SINCE]) if item["waiting"] else None
    return Due(int(item["seller_id"]), item["order_number"], int(item["package_id"]), since)
