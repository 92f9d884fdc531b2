"""The published APIs that one engine speaks."""

from enum import StrEnum


class Dialect(StrEnum):
    """The words in which a caller speaks and a subscriber is told."""

    TRENDYOL = "trendyol"
    HEPSIGLOBAL = "hepsiglobal"
