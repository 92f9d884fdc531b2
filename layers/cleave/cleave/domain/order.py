"""What is live of one seller's order, and from which package the units of an item are taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.package import CLOSED, Package


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A line of a live package; ``quantity`` includes units that are reserved and not yet split off."""

    line_id: int
    item_number: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LivePackage:
    """A package of the order that is neither Cancelled nor UnPacked."""

    package_id: int
    created_at: datetime
    lines: tuple[LiveLine, ...]

    def holds(self, item_number: str) -> bool:
        """Whether it has units of the item."""
        return any(line.item_number == item_number for line in self.lines)


@dataclass(frozen=True, slots=True)
class Order:
    """One seller's part of an order.

    ``sequence`` is the number of the order's last event; ``version`` counts its writes.
    """

    order_number: str
    seller_id: int
    sequence: int
    version: int
    live: tuple[LivePackage, ...]

    def holds(self, item_number: str) -> bool:
        """Whether a live package holds units of the item."""
        return any(package.holds(item_number) for package in self.live)

    def with_packages(self, packages: Iterable[Package]) -> tuple[LivePackage, ...]:
        """The live packages after ``packages`` were written: closed ones leave, new ones come, oldest first."""
        written = tuple(packages)
        ids = {package.package_id for package in written}
        kept = [package for package in self.live if package.package_id not in ids]
        added = [live_package(package) for package in written if package.status not in CLOSED]
        return tuple(sorted([*kept, *added], key=lambda package: (package.created_at, package.package_id)))


def live_package(package: Package) -> LivePackage:
    """The part of a package that an order keeps of it."""
    lines = tuple(LiveLine(line.line_id, line.item_number, line.quantity) for line in package.lines)
    return LivePackage(package.package_id, package.created_at, lines)


type Left = Mapping[int, Mapping[int, int]]


def allocate(
    item_number: str, quantity: int, packages: Sequence[LivePackage], left: Left
) -> dict[int, dict[int, int]] | None:
    """Choose the packages and lines that give ``quantity`` units of an item, or None if they do not have them.

    Oldest package first, then by id; within a package by line id: the units that waited longest go first, and the
    choice is the same for every caller. ``left`` overrides a package's quantities where less is known to be left.
    Answers package id → line id → quantity.
    """
    chosen: dict[int, dict[int, int]] = {}
    for package in sorted(packages, key=lambda live: (live.created_at, live.package_id)):
        for line in sorted(package.lines, key=lambda live: live.line_id):
            if line.item_number != item_number or not quantity:
                continue
            taken = min(quantity, _left_of(package, line, left))
            if taken:
                chosen.setdefault(package.package_id, {})[line.line_id] = taken
                quantity -= taken
    return None if quantity else chosen


def available(item_number: str, packages: Sequence[LivePackage], left: Left) -> int:
    """The units of an item that ``allocate`` could give."""
    return sum(
        _left_of(package, line, left)
        for package in packages
        for line in package.lines
        if line.item_number == item_number
    )


def _left_of(package: LivePackage, line: LiveLine, left: Left) -> int:
    return left.get(package.package_id, {}).get(line.line_id, line.quantity)
