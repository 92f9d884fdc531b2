"""Closing a package: what becomes of it, and of its units. Cancelling is here, dividing in ``partition``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.domain.cancellation import Reservation
from cleave.domain.ids import tracking_number
from cleave.domain.money import line_amounts, package_totals
from cleave.domain.package import Carriage, CreatedBy, HistoryEntry, Line, Package, Status, Unit, UnitsCancelled


@dataclass(frozen=True, slots=True)
class Split:
    """``closed`` is the package that was split, as it will be kept; ``successors`` hold its live units, if any."""

    closed: Package
    successors: tuple[Package, ...]

    @property
    def successor(self) -> Package | None:
        """The one package that a cancel leaves, or None where it took every unit."""
        return self.successors[0] if self.successors else None


def cancel_units(package: Package, reservations: Sequence[Reservation], *, at: datetime, successor_id: int) -> Split:
    """Apply all reservations of a package at once.

    Which units of a line go: its last ones, the latest reservation from the very end, so that the units that remain
    keep their places. The successor keeps the package's status only if every reservation asks for it. ``at`` is aware
    UTC. ``reservations`` must not claim more units than the package has (ValueError): the store reserves under a
    condition, so that would be a defect.
    """
    ordered = sorted(reservations, key=lambda waiting: (waiting.at, waiting.cancellation_id))
    divided = [_divide(line, ordered) for line in package.lines]
    remaining = tuple(line for line, _ in divided if line is not None)
    birth = Birth(
        at=at,
        created_by=CreatedBy.CANCEL,
        keep_status=all(waiting.keep_status for waiting in ordered),
        caused_by=tuple(waiting.cancellation_id for waiting in ordered),
    )
    successors = (make_successor(package, remaining, birth, successor_id),) if remaining else ()
    closed_lines = tuple(part for rest, gone in divided for part in (*gone, *moved(rest)))
    return close(replace(package, lines=closed_lines), Status.CANCELLED, successors, at)


@dataclass(frozen=True, slots=True)
class Birth:
    """How the packages of one split come to be."""

    at: datetime
    created_by: CreatedBy
    keep_status: bool
    caused_by: tuple[str, ...] = ()


def close(package: Package, status: Status, successors: tuple[Package, ...], at: datetime) -> Split:
    """End a package in ``status``, with what took its place. Its lines must already be as they will be kept."""
    closed = replace(
        package,
        status=status,
        history=(*package.history, HistoryEntry(at, status)),
        modified_at=package.modified_by(at),
        successor_ids=tuple(each.package_id for each in successors),
    )
    return Split(closed, successors)


def _divide(line: Line, reservations: Sequence[Reservation]) -> tuple[Line | None, list[Line]]:
    """What remains of a line (None: nothing), and one cancelled part for each reservation that takes from it."""
    units, gone = line.units, []
    for waiting in reversed(reservations):
        quantity = waiting.units.get(line.line_id, 0)
        if quantity > len(units):
            raise ValueError(f"line {line.line_id}: {quantity} units reserved, {len(units)} there")
        if quantity:
            gone.append(_cancelled_part(line, units[-quantity:], waiting))
            units = units[:-quantity]
    return (part_of(line, units) if units else None), gone


def part_of(line: Line, units: tuple[Unit, ...]) -> Line:
    """The line with some of its units; its amounts are those of what is in it."""
    if units == line.units:
        return line
    return replace(line, units=units, amounts=line_amounts(line.amounts.gross, units))


def _cancelled_part(line: Line, units: tuple[Unit, ...], waiting: Reservation) -> Line:
    cancelled = UnitsCancelled(waiting.cancellation_id, waiting.reason, waiting.cancelled_by)
    return replace(part_of(line, units), status=Status.UNSUPPLIED, cancelled=cancelled)


def moved(rest: Line | None) -> tuple[Line, ...]:
    """What a closed package shows of the units of a line that live on elsewhere."""
    return () if rest is None else (replace(rest, status=Status.UNPACKED),)


def make_successor(parent: Package, lines: tuple[Line, ...], birth: Birth, package_id: int) -> Package:
    """A package with some units of ``parent``: another shipment, of the same order and first ancestor."""
    status = parent.status if birth.keep_status else Status.CREATED
    lines = tuple(replace(line, status=status) for line in lines)
    return replace(
        parent,
        package_id=package_id,
        status=status,
        lines=lines,
        totals=package_totals(lines),
        history=(*parent.history, HistoryEntry(birth.at, status)),
        tracking_number=None if parent.seller_pays else tracking_number(package_id),
        carriage=_fresh_carriage(parent),
        invoice_number=parent.invoice_number if status is Status.INVOICED else _unsaid(parent.invoice_number),
        created_at=birth.at,
        modified_at=birth.at,
        created_by=birth.created_by,
        origin_ids=parent.origin_ids or (parent.package_id,),
        parent_id=parent.package_id,
        caused_by=birth.caused_by,
        successor_ids=(),
    )


def _fresh_carriage(parent: Package) -> Carriage:
    """Another shipment has another number and link; the carrier stays only where the marketplace chose it."""
    said = parent.carriage
    return Carriage(
        sender_number=_unsaid(said.sender_number),
        provider_name=_unsaid(said.provider_name) if parent.seller_pays else said.provider_name,
        return_number=_unsaid(said.return_number),
        tracking_link=_unsaid(said.tracking_link),
    )


def _unsaid(value: str | int | None) -> str | None:
    """The field stays there, empty, if it was there."""
    return None if value is None else ""
