"""The progress of a package: which status may follow which, and which has to wait for a split."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cleave.domain.package import HistoryEntry, Package
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.domain.status import CANCELLABLE, CLOSED, Status

# Forwards only, also several steps at once. An undelivered package is tried again, or goes back to its seller.
_STEPS: Mapping[str, int] = {
    Status.AWAITING: 0,
    Status.CREATED: 1,
    Status.PICKING: 2,
    Status.INVOICED: 3,
    Status.SHIPPED: 5,
    Status.AT_COLLECTION_POINT: 6,
    Status.UNDELIVERED: 7,
    Status.DELIVERED: 8,
    Status.RETURNED: 8,
}
# An unknown status: the package has left, and its progress is unknown.
_UNKNOWN_STEP = 4
_LAST_STEP = 8
_CANCELLED = CLOSED | {Status.UNSUPPLIED}


def step_of(status: str) -> int:
    """How far a status is on the way from a seller to a buyer."""
    return _STEPS.get(status, _UNKNOWN_STEP)


def follows(before: str, after: str) -> bool:
    """Whether a report can move units from one status to another.

    Cancels are requests of their own. A report of Cancelled only ends unpaid packages.
    """
    if after in _CANCELLED or before in _CANCELLED:
        return before == Status.AWAITING and after == Status.CANCELLED
    if after not in _STEPS:
        return True
    return step_of(before) < step_of(after) and step_of(before) < _LAST_STEP


def can_enter(package: Package, status: str) -> bool:
    """Whether a report can move a package to a status. In an unknown status, the package is at least as far as in its
    last known one."""
    if package.status in _STEPS or package.is_closed:
        return follows(package.status, status)
    before = [entry.status for entry in package.history if entry.status in _STEPS]
    return follows(package.status, status) and (not before or status not in _STEPS or follows(before[-1], status))


def check_order(package: Package, status: str, field: str | Place | None) -> None:
    """Raise Refusal for a status that the package cannot enter."""
    if not can_enter(package, status):
        message = f"package {package.package_id} is {package.status}, which {status} does not follow"
        raise Refusal(RefusalCode.STATUS_ORDER, message, field=field)


def put_in_status(package: Package, status: str, at: datetime) -> Package:
    """The package in a status, with all its units except those with a status of their own."""
    lines = tuple(replace(line, status=status) if package.can_give(line) else line for line in package.lines)
    return replace(package, status=status, lines=lines, history=(*package.history, HistoryEntry(at, status)))


def check_nothing_waits(state: PackageState, changed: Package) -> None:
    """Raise Refusal if the change would make accepted cancellations, or an accepted split, impossible.

    They were accepted first and are applied in a moment. Then the report can name the successor.
    """
    if not state.is_to_be_split:
        return
    left, package_id = changed.givable, changed.package_id
    if state.planned is not None and (changed.status not in CANCELLABLE or left != state.package.givable):
        names = ", ".join(str(each) for each in state.planned.package_ids)
        message = f"package {package_id} is being split; its units are about to be in packages {names}"
        raise Refusal(RefusalCode.PACKAGE_SPLITTING, message)
    for waiting in state.reservations:
        for line_id, quantity in waiting.units.items():
            left[line_id] -= quantity
    if state.reservations and (changed.status not in CANCELLABLE or any(units < 0 for units in left.values())):
        message = f"cancellations of package {package_id} are about to replace it; say it of the package that follows"
        raise Refusal(RefusalCode.PACKAGE_WAITING, message)
