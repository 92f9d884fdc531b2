"""The published APIs that one engine speaks."""

from enum import StrEnum


class Dialect(StrEnum):
    """The dialects of callers and messages."""

    TRENDYOL = "trendyol"
    HEPSIGLOBAL = "hepsiglobal"
