"""What may happen to a call, how often, and who decides it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What becomes of a call that leaves the process."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    LOST = "lost"  # done, and its answer is lost for good
    NEVER_ARRIVED = "never arrived"  # not done, and nobody answers
    REPEATED = "repeated"  # done, its answer lost, and done again by the SDK
    SLOW = "slow"
    PARTIAL = "partial"  # a batch is answered in part


HARMLESS = frozenset({Fault.REPEATED, Fault.SLOW, Fault.PARTIAL})
"""After these the caller has a true answer, and no reason to fail."""


@dataclass(frozen=True)
class Rates:
    """How often each fault happens, of all calls; ``redeliver`` of stream batches and queue messages, ``cut`` of
    batches that are smaller than what waits. ``skew_ms`` is the most that clocks differ, ``lag`` the most writes that
    an index is behind."""

    of: Mapping[Fault, float] = field(default_factory=dict)
    redeliver: float = 0.0
    cut: float = 0.0
    skew_ms: int = 0
    lag: int = 0

    @property
    def total(self) -> float:
        """How often anything happens."""
        return sum(self.of.values())

    def draw(self, rng: random.Random) -> Fault | None:
        """What happens to one call."""
        place = rng.random()
        if place >= self.total:
            return None
        for fault, rate in self.of.items():
            if place < rate:
                return fault
            place -= rate
        return None


NO_FAULTS = Rates()
