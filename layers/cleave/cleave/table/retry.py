"""Trying again: at once after a lost race, or after a pause."""

import random
from collections.abc import Callable

from cleave.table.failures import Contended, OutOfDate

_FIRST_PAUSE_SECONDS = 0.02


def random_pause(attempt: int) -> float:
    """Seconds to wait before attempt + 1: full jitter under a doubling bound, about 2.5 s over eight attempts."""
    return random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311 - spreads callers, keeps no secret


def until_current[T](attempt: Callable[[], T], *, tries: int = 8) -> T:
    """Read, decide and write; start again each time that another writer was faster. Raises Contended after the last
    try.

    ``attempt`` raises OutOfDate if its write met another one. There is no pause: the faster writer has finished.
    """
    for _ in range(tries):
        try:
            return attempt()
        except OutOfDate:
            continue
    raise Contended(f"after {tries} reads")
