"""GET /v1/operations/pending: accepted work that is not done."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cleave.application.operate.pending import (
    DamagedWork,
    FailedBatch,
    PendingEvent,
    PendingPackage,
    PendingPage,
    Place,
)
from cleave.clock import to_ms
from cleave.dialects.staff_calls import cursor_of
from cleave.entry.cursors import Values, seal_cursor
from cleave.entry.gateway import Call

if TYPE_CHECKING:
    from cleave.dialects import answers_operations as answers

_LIST: Values = ["pending"]


def pending_after(call: Call) -> Place | None:
    """The place after which the page begins; None for the first page. Raises Refusal."""
    values = cursor_of(call, _LIST)
    if values is None:
        return None
    due, partition, sort = values
    return due, partition, sort


def render_pending(page: PendingPage, batches: Sequence[FailedBatch]) -> "answers.ShownPending":
    """A page of the list, by kind."""
    found = page.entries
    return {
        "cancellations": [_package(each) for each in found if isinstance(each, PendingPackage)],
        "events": [_event(each) for each in found if isinstance(each, PendingEvent)],
        "unreadable": [_damaged(each) for each in found if isinstance(each, DamagedWork)],
        "failedBatches": [{"key": each.key, "at": to_ms(each.at), "bytes": each.size} for each in batches],
        "nextCursor": None if page.then is None else seal_cursor([*page.then], _LIST),
    }


def _package(pending: PendingPackage) -> "answers.PendingCancellations":
    package = pending.package
    return {
        "orderNumber": package.order_number,
        "sellerId": package.seller_id,
        "packageId": package.package_id,
        "since": to_ms(pending.since),
        "waiting": len(package.reserved_at),
        "correlationId": package.correlation_id,
    }


def _event(pending: PendingEvent) -> "answers.PendingEvent":
    event = pending.event
    return {
        "orderNumber": event.order_number,
        "sellerId": event.seller_id,
        "sequence": event.first,
        "since": to_ms(pending.since),
        "correlationId": event.correlation_id,
    }


def _damaged(pending: DamagedWork) -> "answers.UnreadableItem":
    return {"item": pending.item, "since": to_ms(pending.since)}
