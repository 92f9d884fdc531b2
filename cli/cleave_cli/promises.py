"""The demo's checks of an order: pure functions over packages as getShipmentPackages returns them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cleave_cli.samples import Package

ENDED = frozenset({"Cancelled", "UnPacked"})
CANCELLED_LINE = "UnSupplied"


@dataclass(frozen=True)
class LineBalance:
    """A line's units: never more than there are, and none lost."""

    line_id: int
    name: str
    ordered: int
    cancelled: int
    live: int

    @property
    def holds(self) -> bool:
        """Ordered = cancelled + live."""
        return self.ordered == self.cancelled + self.live


@dataclass(frozen=True)
class Event:
    """One message of a webhook."""

    package_id: int
    status: str


def balances(imported: Sequence[Package], now: Sequence[Package]) -> list[LineBalance]:
    """Compare ordered units with cancelled and live ones, line by line."""
    ordered = _units(imported)
    live = _units([package for package in now if package["status"] not in ENDED])
    cancelled = _units([package for package in now if package["status"] in ENDED], only_cancelled=True)
    names = {line["lineId"]: line["stockCode"] for package in imported for line in package["lines"]}
    return [
        LineBalance(line_id, names.get(line_id, "?"), ordered[line_id], cancelled[line_id], live[line_id])
        for line_id in sorted(ordered | live | cancelled)
    ]


def _units(packages: Sequence[Package], *, only_cancelled: bool = False) -> Counter[int]:
    units: Counter[int] = Counter()
    for package in packages:
        for line in package["lines"]:
            if not only_cancelled or line["orderLineItemStatusName"] == CANCELLED_LINE:
                units[line["lineId"]] += line["quantity"]
    return units


def successors(package_id: int, now: Sequence[Package]) -> list[Package]:
    """Return the packages that a cancel made out of this one."""
    return [package for package in now if package_id in (package["originPackageIds"] or [])]


def end_then_birth(old_id: int, new_ids: Sequence[int], events: Sequence[Event]) -> bool:
    """Whether the message about the old package came first, then one about each new package."""
    end = Event(old_id, "Cancelled")
    if end not in events:
        return False
    afterwards = events[events.index(end) + 1 :]
    return all(Event(new_id, "Created") in afterwards for new_id in new_ids)
