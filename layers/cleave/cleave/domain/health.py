"""The health of the service: operators' gauges, and the thresholds of their alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class GaugeName(StrEnum):
    """The name of the gauge's metric, if it has one."""

    CANCELLATION = "OldestPendingCancellation"
    EVENT = "OldestPendingEvent"
    FAILED_BATCHES = "FailedBatches"
    DELIVERY = "OldestWaitingDelivery"
    RECEIVERS = "FailingReceivers"
    DEAD_LETTERS = "DeadLetters"

    @property
    def is_age(self) -> bool:
        """In seconds; the others count."""
        return self in {GaugeName.CANCELLATION, GaugeName.EVENT, GaugeName.DELIVERY}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In seconds: how old an accepted cancellation, and a waiting delivery, may be."""

    pending: float
    waiting: float


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge. ``threshold`` None: it has no alarm."""

    name: GaugeName
    value: float
    threshold: float | None

    @property
    def is_healthy(self) -> bool:
        """Whether its alarm would be off: an age is at most the threshold, a count is 0."""
        if self.threshold is None:
            return True
        return self.value <= self.threshold if self.name.is_age else self.value < self.threshold


def are_healthy(gauges: Sequence[Gauge]) -> bool:
    return all(each.is_healthy for each in gauges)
