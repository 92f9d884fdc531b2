"""When a package is split: once its cancellations pause, so that a burst ends in one split."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """A package is split when its newest cancellation is ``quiet`` old, or its oldest ``longest``."""

    quiet: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)

    def ends_at(self, reserved_at: Sequence[datetime]) -> datetime:
        """The time at which a package with cancellations of these times is split."""
        return min(_later(max(reserved_at), self.quiet), _later(min(reserved_at), self.longest))


def _later(at: datetime, by: timedelta) -> datetime:
    """The sum; a damaged time may be the last one that exists."""
    return at + by if at < _LAST - by else _LAST
