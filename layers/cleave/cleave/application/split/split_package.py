"""Applies all accepted work of a package in one transaction."""

from datetime import datetime, timedelta

from cleave import clock
from cleave.domain.change import Audience, OrderChange, splitting
from cleave.domain.ids import successor_id
from cleave.domain.package_state import PackageState
from cleave.domain.partition import partition
from cleave.domain.split import Name, Split, cancel_units
from cleave.logs import Log, note
from cleave.metrics import Metric, emit
from cleave.observability import follow
from cleave.store.changes import PackagesExist, write_change
from cleave.store.due_packages import ReadPackage
from cleave.store.events import group_by_size
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table


def split_package(table: Table, numbers: TrackingNumbers, read: ReadPackage, at: datetime) -> OrderChange:
    """Split the package as it was read, and return the written change. Raises OutOfDate or Contended.

    ``at`` is from before the read, so the recipients are at least as new as the event's time.
    """
    taken_ids = 0
    while True:
        change = _change(table, numbers, read, at, taken_ids)
        try:
            write_change(table, change)
        except PackagesExist:
            taken_ids += 1  # another package has an id: the next attempt uses others
        else:
            _report(read.state, change)
            return change


def _change(table: Table, numbers: TrackingNumbers, read: ReadPackage, now: datetime, taken_ids: int) -> OrderChange:
    at = read.order.next_at(now)
    split = _split(table, numbers, read.state, at, taken_ids)
    audience = Audience(read.recipients, at, group_by_size, read.state.correlation_id)
    return splitting(read.state, split, read.order, audience)


def _split(table: Table, numbers: TrackingNumbers, state: PackageState, at: datetime, taken_ids: int) -> Split:
    """Acceptance ensures that an explicit split and cancellations never wait together."""
    planned = state.planned
    if planned is not None:
        count = len(planned.groups)
        ids = list(planned.package_ids) if not taken_ids else _new_ids(state, count, taken_ids)
        return partition(state.package, planned, at=at, names=_names(table, numbers, state, ids))
    ids = _new_ids(state, 1, taken_ids)
    (name,) = _names(table, numbers, state, ids)
    return cancel_units(state.package, state.reservations, at=at, name=name)


def _new_ids(state: PackageState, count: int, attempt: int) -> list[int]:
    package = state.package
    return [
        successor_id(package.seller_id, package.package_id, state.version, place, attempt) for place in range(count)
    ]


def _names(table: Table, numbers: TrackingNumbers, state: PackageState, ids: list[int]) -> list[Name]:
    """If the seller pays the carrier, the seller has the tracking number."""
    if state.package.seller_pays:
        return [Name(package_id, None) for package_id in ids]
    return [Name(*each) for each in zip(ids, numbers.take(table, len(ids)), strict=True)]


def _report(state: PackageState, change: OrderChange) -> None:
    follow(state.correlation_id)  # more requests may wait by now than when the stream's record was written
    now = clock.now()
    waited = [(now - waiting.at) / timedelta(milliseconds=1) for waiting in state.reservations]
    applied = [len(waited)] if waited else []
    note(
        Log.PACKAGE_SPLIT, package_id=state.package.package_id, successor_ids=[each.package_id for each in change.born]
    )
    emit({Metric.PACKAGES_SPLIT: [1], Metric.CANCELLATIONS_APPLIED: applied, Metric.SPLIT_LATENCY: waited})
