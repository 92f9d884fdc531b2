"""Where the units of an order's lines are: ordered = cancelled + live."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cleave.domain.package_state import PackageState


@dataclass(frozen=True, slots=True)
class Balance:
    """Units of one line, over all packages of a seller's part of an order; ``waiting`` of the live ones are about to
    be cancelled."""

    ordered: int
    cancelled: int
    live: int
    waiting: int

    @property
    def lost(self) -> int:
        """Missing units; below 0 if units exist twice. It must always be 0."""
        return self.ordered - self.cancelled - self.live


def balances(packages: Mapping[int, PackageState]) -> dict[int, Balance]:
    """By line. The ordered units are those of the order's first packages."""
    ordered: Counter[int] = Counter()
    cancelled: Counter[int] = Counter()
    live: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for state in packages.values():
        package = state.package
        came_closed = package.is_closed and state.end_events is None
        for line, about_to_go in zip(package.lines, state.waiting_units, strict=True):
            is_there = line.is_cancelled or not package.is_closed
            is_first = package.parent_id not in packages and (is_there or not came_closed)
            ordered[line.line_id] += line.quantity if is_first else 0
            cancelled[line.line_id] += line.quantity if line.is_cancelled else 0
            live[line.line_id] += line.quantity if is_there and not line.is_cancelled else 0
            waiting[line.line_id] += about_to_go if not package.is_closed else 0
    return {each: Balance(ordered[each], cancelled[each], live[each], waiting[each]) for each in sorted(ordered)}
