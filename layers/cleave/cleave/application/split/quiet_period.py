"""When a package is split: once no more cancellations come for it, so that a burst ends in one split."""

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
        """When a package with cancellations of these times is to be split."""
        return min(_later(max(reserved_at), self.quiet), _later(min(reserved_at), self.longest))


def _later(at: datetime, by: timedelta) -> datetime:
    """A damaged time may be the last of all."""
    return at + by if at < _LAST - by else _LAST
