"""What a fault is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """``right`` stands exactly once in ``file`` (below layers/cleave/cleave); ``wrong`` takes its place."""

    what: str
    file: str
    right: str
    wrong: str
    test: str
