"""A package with its reservations, planned split and mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.availability import Availability
from cleave.domain.cancellation import Reservation
from cleave.domain.package import Package
from cleave.domain.planned_split import PlannedSplit


@dataclass(frozen=True, slots=True)
class Export:
    """The facts kept of a package's last export: a fingerprint, which tells a repeat from other content, and the time
    at which the package was last modified, None if the export does not have it."""

    fingerprint: str
    modified_at: datetime | None

    def is_older_than(self, other: "Export | None") -> bool:
        """Whether the other export was modified later."""
        if other is None or self.modified_at is None or other.modified_at is None:
            return False
        return self.modified_at < other.modified_at


@dataclass(frozen=True, slots=True)
class PackageState:
    """A package as it is stored; ``version`` counts the writes.

    ``reservations`` are units that the next split takes out, or ``planned`` is the seller's own split, before and after
    it is made. ``is_due`` from acceptance until the fan-out is done. ``end_events`` are the sequences of the first and
    the last event item of its end, None while it lives.
    """

    package: Package
    reservations: tuple[Reservation, ...]
    planned: PlannedSplit | None
    version: int
    availability: Availability
    is_due: bool = False
    end_events: tuple[int, int] | None = None

    @property
    def closed_at(self) -> datetime | None:
        """When it was cancelled or replaced; None while it lives."""
        return self.package.history[-1].at if self.package.is_closed and self.package.history else None

    @property
    def is_to_be_split(self) -> bool:
        """Whether a split is needed for its accepted work."""
        return not self.package.is_closed and bool(self.reservations or self.planned)

    @property
    def waiting_units(self) -> list[int]:
        """How many units of each line are reserved. If two rows are of one line, the later row's units go first."""
        waiting: dict[int, int] = {}
        for each in self.reservations:
            for line_id, quantity in each.units.items():
                waiting[line_id] = waiting.get(line_id, 0) + quantity
        units: list[int] = []
        for line in reversed(self.package.lines):
            taken = min(line.quantity, waiting.get(line.line_id, 0)) if self.package.can_give(line) else 0
            waiting[line.line_id] = waiting.get(line.line_id, 0) - taken
            units.append(taken)
        return units[::-1]

    @property
    def correlation_id(self) -> str:
        """The requests whose work is accepted and not done."""
        return correlation_id_of(self.reservations, self.planned)


def correlation_id_of(reservations: Sequence[Reservation], planned: PlannedSplit | None) -> str:
    """The requests of the reservations, in the order of their acceptance, separated by spaces."""
    waiting = sorted(reservations, key=lambda each: (each.at, each.cancellation_id))
    ids = [each.correlation_id for each in waiting] or [planned.correlation_id if planned else ""]
    return " ".join(dict.fromkeys(filter(None, ids)))
