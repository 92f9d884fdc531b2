"""Messages that ask for a track to be drained, or for a failing receiver to be probed.

A message only makes work start sooner: the work is in the table, and the index of due work lists it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

# The queue delays a message no longer than this.
MAX_DELAY = timedelta(minutes=15)
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Wake:
    """A request to look at a track of a subscription, or (None) at its circuit."""

    subscription_id: str
    track: int | None


class SendWake(Protocol):
    """Queues a wake. Messages of the queue may be lost, come twice, and come in any order."""

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Have the track or circuit looked at after ``delay``, at most MAX_DELAY."""
