"""Cancellations as they were recorded, read back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cleave.clock import from_ms
from cleave.domain.reasons import CancelledBy, Reason
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class RecordedCancellation:
    """An accepted cancellation. ``units`` maps package id to line id to quantity.

    ``applied_at`` None: some of its packages have yet to be split.
    """

    cancellation_id: str
    seller_id: int
    reason: Reason
    cancelled_by: CancelledBy
    keep_status: bool
    accepted_at: datetime
    applied_at: datetime | None
    units: Mapping[int, Mapping[int, int]]
    correlation_id: str

    @property
    def dialect(self) -> str:
        """In which it was said: how its id begins."""
        return self.cancellation_id.partition("#")[0]


def read_cancellation(table: Table, cancellation_id: str) -> RecordedCancellation | None:
    """Strongly consistent."""
    item = table.get(keys.cancellation(cancellation_id))
    return None if item is None else _to_cancellation(item)


def read_cancellations(table: Table, cancellation_ids: Iterable[str]) -> list[RecordedCancellation]:
    """Those that exist, in the order in which they were accepted; strongly consistent."""
    found = table.batch_get([keys.cancellation(each) for each in dict.fromkeys(cancellation_ids)])
    return sorted(map(_to_cancellation, found), key=lambda each: (each.accepted_at, each.cancellation_id))


def _to_cancellation(item: Item) -> RecordedCancellation:
    is_applied = not item["packages_waiting"]
    return RecordedCancellation(
        cancellation_id=item["cancellation_id"],
        seller_id=int(item["seller_id"]),
        reason=Reason(item["reason"]),
        cancelled_by=CancelledBy(item["cancelled_by"]),
        keep_status=item["keep_status"],
        accepted_at=from_ms(int(item["accepted_at"])),
        applied_at=from_ms(int(item["applied_at"])) if is_applied else None,
        units={
            int(package_id): {int(line_id): int(quantity) for line_id, quantity in lines.items()}
            for package_id, lines in item["units"].items()
        },
        correlation_id=item.get("correlation_id", ""),  # accepted before there was one
    )
