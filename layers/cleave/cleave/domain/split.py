"""Closing a package and placing its units. Cancels are here, explicit splits in ``partition``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.domain.cancellation import Reservation
from cleave.domain.money import line_amounts, package_totals
from cleave.domain.package import Carriage, CreatedBy, HistoryEntry, Line, Package, Unit, UnitsCancelled
from cleave.domain.status import Status


@dataclass(frozen=True, slots=True)
class Split:
    """``closed`` is the split package, as it will be stored; ``successors`` hold its live units, if any."""

    closed: Package
    successors: tuple[Package, ...]

    @property
    def successor(self) -> Package | None:
        """The one successor of a cancel, or None if the cancel took every unit."""
        return self.successors[0] if self.successors else None


@dataclass(frozen=True, slots=True)
class Name:
    """The ids of a new package: its own, and its tracking number if the marketplace pays for one."""

    package_id: int
    tracking_number: int | None


@dataclass(frozen=True, slots=True)
class Birth:
    """The cause and the ids of the packages that one split makes. ``chain_id`` None: each begins a chain of its own."""

    at: datetime
    created_by: CreatedBy
    keep_status: bool
    caused_by: tuple[str, ...] = ()
    chain_id: int | None = None


def cancel_units(package: Package, reservations: Sequence[Reservation], *, at: datetime, name: Name) -> Split:
    """Apply all reservations of a package at once.

    A line loses its last units, and the latest reservation takes the very last ones, so the remaining units keep their
    places. The successor keeps the package's status only if every reservation asks for it. Units with a status of their
    own move to the successor with it. ``at`` is aware UTC. ``reservations`` must not claim more units than the package
    can give (ValueError): the store reserves under a condition, so this would be a bug.
    """
    ordered = sorted(reservations, key=lambda waiting: (waiting.at, waiting.cancellation_id))
    remaining, gone = _divide(package, ordered)
    birth = Birth(
        at=at,
        created_by=CreatedBy.CANCEL,
        keep_status=all(waiting.keep_status for waiting in ordered),
        caused_by=tuple(waiting.cancellation_id for waiting in ordered),
        chain_id=package.chain_id,
    )
    live = tuple(line for line in remaining if line is not None and not line.is_cancelled)
    successors = (make_successor(package, live, birth, name),) if live else ()
    lines = tuple(
        part for rest, cancelled in zip(remaining, gone, strict=True) for part in (*cancelled, *left_behind(rest))
    )
    return close(replace(package, lines=lines), Status.CANCELLED, successors, at)


def close(package: Package, status: Status, successors: tuple[Package, ...], at: datetime) -> Split:
    """Close a package in ``status``, with its successors. Its lines must already be in their final form."""
    closed = replace(
        package,
        status=status,
        history=(*package.history, HistoryEntry(at, status)),
        modified_at=package.modified_by(at),
        successor_ids=tuple(each.package_id for each in successors),
    )
    return Split(closed, successors)


def _divide(package: Package, reservations: Sequence[Reservation]) -> tuple[list[Line | None], list[list[Line]]]:
    """For each line the part that remains (None: nothing), and one cancelled part for each reservation that takes from
    it.

    Works from the last line to the first: if a line is in the package twice, its last units are in the later row.
    """
    wanted = [dict(waiting.units) for waiting in reservations]
    remaining: list[Line | None] = []
    gone: list[list[Line]] = []
    for line in reversed(package.lines):
        rest, cancelled = _take(line, wanted, reservations) if package.can_give(line) else (line, [])
        remaining.append(rest)
        gone.append(cancelled)
    for units in wanted:
        if any(units.values()):
            raise ValueError(f"package {package.package_id} cannot give what is reserved: {units}")
    return remaining[::-1], gone[::-1]


def _take(
    line: Line, wanted: Sequence[dict[int, int]], reservations: Sequence[Reservation]
) -> tuple[Line | None, list[Line]]:
    """Take the ``wanted`` units from the end of one line, by reservation, the latest one first."""
    units, cancelled = line.units, []
    for left, waiting in reversed(list(zip(wanted, reservations, strict=True))):
        quantity = min(left.get(line.line_id, 0), len(units))
        if quantity:
            left[line.line_id] -= quantity
            cancelled.append(_cancelled_part(line, units[-quantity:], waiting))
            units = units[:-quantity]
    return (part_of(line, units) if units else None), cancelled


def part_of(line: Line, units: tuple[Unit, ...]) -> Line:
    """The line with some of its units, and the amounts of these units."""
    if units == line.units:
        return line
    return replace(line, units=units, amounts=line_amounts(line.amounts.gross, units), own={})


def _cancelled_part(line: Line, units: tuple[Unit, ...], waiting: Reservation) -> Line:
    cancelled = UnitsCancelled(waiting.cancellation_id, waiting.reason, waiting.cancelled_by, waiting.at)
    return replace(part_of(line, units), status=Status.UNSUPPLIED, cancelled=cancelled)


def left_behind(rest: Line | None) -> tuple[Line, ...]:
    """A closed package's rows of a line: cancelled units unchanged, all others marked as moved to a successor."""
    if rest is None:
        return ()
    return (rest,) if rest.is_cancelled else (replace(rest, status=Status.UNPACKED),)


def make_successor(parent: Package, lines: tuple[Line, ...], birth: Birth, name: Name) -> Package:
    """A package with some units of ``parent``: another shipment of the same order, with the same first ancestor.

    It has no field that is only true of its parent. ``lines`` hold live units only. Units with a status of their own
    keep it; if there are no others, the package takes that status.
    """
    status = _status_of(parent, lines, parent.status if birth.keep_status else Status.CREATED)
    lines = tuple(replace(line, own={}, status=status if parent.can_give(line) else line.status) for line in lines)
    return replace(
        parent,
        package_id=name.package_id,
        status=status,
        lines=lines,
        totals=package_totals(lines),
        history=(*parent.history, HistoryEntry(birth.at, status)),
        tracking_number=None if parent.seller_pays else name.tracking_number,
        carriage=_fresh_carriage(parent),
        invoice_number=parent.invoice_number if status == Status.INVOICED else _unsaid(parent.invoice_number),
        created_at=birth.at,
        modified_at=birth.at,
        created_by=birth.created_by,
        origin_ids=parent.origin_ids or (parent.package_id,),
        parent_id=parent.package_id,
        caused_by=birth.caused_by,
        successor_ids=(),
        inherited_chain=birth.chain_id,
        own={},
    )


def _status_of(parent: Package, lines: Sequence[Line], otherwise: str) -> str:
    own = {line.status for line in lines if not parent.can_give(line)}
    is_all_gone = len(own) == 1 and not any(parent.can_give(line) for line in lines)
    return own.pop() if is_all_gone else otherwise


def _fresh_carriage(parent: Package) -> Carriage:
    """Another shipment has another number and link. It keeps the carrier only if the marketplace chose it."""
    said = parent.carriage
    return Carriage(
        sender_number=_unsaid(said.sender_number),
        provider_name=_unsaid(said.provider_name) if parent.seller_pays else said.provider_name,
        return_number=_unsaid(said.return_number),
        tracking_link=_unsaid(said.tracking_link),
    )


def _unsaid(value: str | int | None) -> str | None:
    """Empties the field if the package has it."""
    return None if value is None else ""
