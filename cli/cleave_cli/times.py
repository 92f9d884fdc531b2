"""Times as people read them."""

from cleave.clock import from_ms


def shown_time(milliseconds: int | None) -> str:
    """In UTC, to the second; nothing for none."""
    return "" if milliseconds is None else f"{from_ms(milliseconds):%Y-%m-%d %H:%M:%S}"
