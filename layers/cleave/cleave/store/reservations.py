"""The parts of a package's item that the next split takes: reservations, or a seller's own split."""

from collections.abc import Sequence
from typing import Any

from cleave.clock import from_ms, to_ms
from cleave.domain.availability import MAX_UNITS
from cleave.domain.cancellation import Reservation
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.reasons import CancelledBy, Reason
from cleave.store.formats import in_order, within
from cleave.table.attributes import Item

PLAN = "planned"
WAITING = "waiting"


def reservation_item(reservation: Reservation) -> list[Any]:
    """A reservation as it waits inside its package's item."""
    return [
        {str(line_id): quantity for line_id, quantity in reservation.units.items()},
        reservation.reason.value,
        reservation.cancelled_by.value,
        reservation.keep_status,
        to_ms(reservation.at),
        reservation.correlation_id,
    ]


def reservations_of(item: Item) -> tuple[Reservation, ...]:
    """A package's reservations, from its item."""
    return tuple(_to_reservation(key, waiting) for key, waiting in item[WAITING].items())


def _to_reservation(cancellation_id: str, waiting: Sequence[Any]) -> Reservation:
    units, reason, cancelled_by, keep_status, at, correlation_id = waiting
    if not units:
        raise ValueError("a reservation of nothing")
    return Reservation(
        cancellation_id=cancellation_id,
        units={int(line_id): within(quantity, 1, MAX_UNITS) for line_id, quantity in units.items()},
        reason=Reason(reason),
        cancelled_by=CancelledBy(cancelled_by),
        keep_status=keep_status,
        at=from_ms(int(at)),
        correlation_id=correlation_id,
    )


def plan_item(planned: PlannedSplit) -> list[Any]:
    """An accepted explicit split as it waits inside its package's item."""
    return [
        planned.fingerprint,
        [{str(line_id): quantity for line_id, quantity in group.items()} for group in planned.groups],
        list(planned.package_ids),
        planned.asked,
        planned.keep_status,
        planned.correlation_id,
    ]


def planned_of(item: Item) -> PlannedSplit | None:
    """How a package is, or was, to be split, from its item."""
    return _to_planned(item[PLAN]) if PLAN in item else None


def _to_planned(plan: Sequence[Any]) -> PlannedSplit:
    fingerprint, groups, package_ids, asked, keep_status, correlation_id = plan
    return PlannedSplit(
        fingerprint=fingerprint,
        groups=tuple({int(line_id): int(quantity) for line_id, quantity in group.items()} for group in groups),
        package_ids=in_order(package_ids),
        asked=int(asked),
        keep_status=keep_status,
        correlation_id=correlation_id,
    )
