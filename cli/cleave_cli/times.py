"""Times as people read them."""

from cleave.clock import from_ms


def shown_time(milliseconds: int | None) -> str:
    """A time in UTC, to the second; empty for none."""
    return "" if milliseconds is None else f"{from_ms(milliseconds):%Y-%m-%d %H:%M:%S}"
