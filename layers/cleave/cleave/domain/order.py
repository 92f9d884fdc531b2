"""The live packages of one seller's order, and the choice of packages that give an item's units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleave.domain.package import Package

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A line of a live package; ``quantity`` includes units that are reserved and not yet split off.

    It is 0 for units with a status of their own: nobody can take them.
    """

    line_id: int
    item_number: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LivePackage:
    """A package of the order that is neither Cancelled nor UnPacked."""

    package_id: int
    created_at: datetime
    chain_id: int
    lines: tuple[LiveLine, ...]

    def holds(self, item_number: str) -> bool:
        """Whether it has units of the item."""
        return any(line.item_number == item_number for line in self.lines)

    def has_parted(self, item_number: str) -> bool:
        """Whether it has units of the item with a status of their own."""
        return any(line.item_number == item_number and not line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """The last message number of a subscription for an order, and the time of its last event."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One seller's part of an order.

    ``sequence`` is the number of the order's last event and ``last_at`` its time. ``version`` counts the writes; 0:
    nothing of the order is stored. ``told`` maps a subscription's id to the end of its lane. ``chains`` maps a chain of
    packages that an explicit split ended to the chains that it began. ``promised`` maps a package that is about to be
    split to the bytes that the split will add to the order.
    """

    order_number: str
    seller_id: int
    sequence: int = 0
    version: int = 0
    live: tuple[LivePackage, ...] = ()
    last_at: datetime | None = None
    told: Mapping[str, LaneEnd] = field(default_factory=dict)
    chains: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    promised: Mapping[int, int] = field(default_factory=dict)

    def holds(self, item_number: str) -> bool:
        """Whether a live package holds units of the item."""
        return any(package.holds(item_number) for package in self.live)

    def next_at(self, now: datetime) -> datetime:
        """The time of an event ``now``: later than the last event's, even if this machine's clock is behind."""
        return now if self.last_at is None else max(now, self.last_at + _MILLISECOND)

    def with_packages(self, packages: "Iterable[Package]") -> tuple[LivePackage, ...]:
        """The live packages after ``packages`` were written: without closed ones, with new ones, oldest first."""
        written = tuple(packages)
        ids = {package.package_id for package in written}
        kept = [package for package in self.live if package.package_id not in ids]
        added = [live_package(package) for package in written if not package.is_closed]
        return tuple(sorted([*kept, *added], key=lambda package: (package.created_at, package.package_id)))

    def live_in(self, chain_id: int) -> list[int]:
        """The live packages that descend from a chain, over any number of splits."""
        chains = {chain_id}
        waiting = [chain_id]
        while waiting:
            begun = self.chains.get(waiting.pop(), ())
            chains.update(begun)
            waiting.extend(begun)
        return sorted(package.package_id for package in self.live if package.chain_id in chains)


def live_package(package: "Package") -> LivePackage:
    """The part of a package that its order keeps."""
    lines = tuple(
        LiveLine(line.line_id, line.item_number, line.quantity if package.can_give(line) else 0)
        for line in package.lines
        if not line.is_cancelled
    )
    return LivePackage(package.package_id, package.created_at, package.chain_id, lines)


def chains_with(
    before: Mapping[int, tuple[int, ...]], ended: int, begun: Sequence[int], live: Sequence[LivePackage]
) -> dict[int, tuple[int, ...]]:
    """The order's chains after an explicit split ended one and began others; only those with a live package."""
    chains = {**before, ended: tuple(begun)} if begun else dict(before)
    alive = {package.chain_id for package in live}
    while gone := [
        chain for chain, after in chains.items() if not any(each in alive or each in chains for each in after)
    ]:
        for chain in gone:
            del chains[chain]
    return {chain: tuple(each for each in after if each in alive or each in chains) for chain, after in chains.items()}


type Left = Mapping[int, Mapping[int, int]]


def allocate(
    item_number: str, quantity: int, packages: Sequence[LivePackage], left: Left
) -> dict[int, dict[int, int]] | None:
    """Choose the packages and lines that give ``quantity`` units of an item, or None if they do not have so many.

    The oldest package comes first, then the lower id; within a package the lower line id. So the choice is the same for
    every caller. ``left`` replaces a package's quantities if fewer units are known to be left. Returns package id →
    line id → quantity.
    """
    chosen: dict[int, dict[int, int]] = {}
    for package in sorted(packages, key=lambda live: (live.created_at, live.package_id)):
        for line_id, units in sorted(_units_of(package, item_number, left).items()):
            taken = min(quantity, units)
            if taken:
                chosen.setdefault(package.package_id, {})[line_id] = taken
                quantity -= taken
    return None if quantity else chosen


def available(item_number: str, packages: Sequence[LivePackage], left: Left) -> int:
    """The units of an item that ``allocate`` could give."""
    return sum(sum(_units_of(package, item_number, left).values()) for package in packages)


def _units_of(package: LivePackage, item_number: str, left: Left) -> dict[int, int]:
    """Line id to the units of the item that the package is known to have. A line may be in it twice."""
    units: dict[int, int] = {}
    for line in package.lines:
        if line.item_number == item_number:
            units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    known = left.get(package.package_id, {})
    return {line_id: known.get(line_id, quantity) for line_id, quantity in units.items()}
