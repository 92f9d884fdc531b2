"""A seller's own split, between its acceptance and its end."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedSplit:
    """An accepted split. ``groups`` and ``package_ids`` belong together; the first ``asked`` are the seller's own.

    One more is for the units that it did not name, and for those that went a way of their own, if there are any.
    """

    fingerprint: str
    groups: tuple[Mapping[int, int], ...]
    package_ids: tuple[int, ...]
    asked: int
    keep_status: bool
    correlation_id: str = ""

    @property
    def asked_ids(self) -> tuple[int, ...]:
        """The ids in the seller's answer, in the order of its request."""
        return self.package_ids[: self.asked]
