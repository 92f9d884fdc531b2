"""The published APIs that Cleave speaks."""

from enum import StrEnum


class Dialect(StrEnum):
    """The dialects of callers and messages."""

    TRENDYOL = "trendyol"
    HEPSIGLOBAL = "hepsiglobal"
