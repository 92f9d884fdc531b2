"""A seller's own split, from its acceptance on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedSplit:
    """An accepted split. Each of ``groups`` has its id in ``package_ids``; the first ``asked`` groups are the seller's
    own.

    If there are units that the seller did not name, or that have a status of their own, they make one more group.
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
