"""When a package is split: once no more cancellations come for it, so that a burst ends in one split."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """A package is split when its newest cancellation is ``quiet`` old, or its oldest ``longest``."""

    quiet: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)

    def ends_at(self, reserved_at: Sequence[datetime]) -> datetime:
        """When a package with cancellations of these times is to be split."""
        return min(max(reserved_at) + self.quiet, min(reserved_at) + self.longest)
