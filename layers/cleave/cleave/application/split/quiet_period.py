"""Waits until a burst of cancellations on one package is likely over, so that it ends in one split."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.clock import from_ms

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Settle:
    """``wait`` counts from the oldest cancellation that waits on a package; ``pause`` sleeps, tests replace it.

    A batch is never held up for more than one ``wait``: every record of it was written before the batch began. Where
    records queue up, they are older than that when they arrive, and nothing is waited for.
    """

    wait: timedelta = _NOTHING
    pause: Callable[[float], None] = time.sleep

    def __call__(self, since: int, now: datetime) -> None:
        """Wait for the rest of the time of a package on which something waits since then (epoch ms); clocks that
        disagree cost one ``wait`` at most."""
        rest = min(from_ms(since) + self.wait - now, self.wait)
        if rest > _NOTHING:
            self.pause(rest.total_seconds())
