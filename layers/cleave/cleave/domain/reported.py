"""Reports of a carrier, or of a seller who delivers itself, about a package or some of its units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cleave.domain.cancellation import PackageAddress
from cleave.domain.money import line_amounts
from cleave.domain.package import Carriage, Line, Package
from cleave.domain.progress import can_enter, check_order, follows, put_in_status, step_of
from cleave.domain.refusals import LineFields, Place, Refusal, RefusalCode
from cleave.domain.split import part_of
from cleave.domain.status import Status


@dataclass(frozen=True, slots=True)
class Report:
    """``units`` maps the named lines to the number of units that are in the status by now; empty: the whole package.

    ``own`` are fields of the package that no rule reads. None in ``carriage`` leaves a field unchanged. ``is_sellers``:
    the report is allowed only for a package that its seller delivers itself. ``happened_at`` is aware UTC, and ``at``
    is the time of the report.
    """

    address: PackageAddress
    status: str
    happened_at: datetime
    at: datetime
    units: Mapping[int, int] = field(default_factory=dict)
    fields: Mapping[int, LineFields] = field(default_factory=dict)
    tracking_number: int | None = None
    carriage: Carriage = field(default_factory=Carriage)
    own: Mapping[str, Any] = field(default_factory=dict)
    is_sellers: bool = False
    correlation_id: str = ""


def apply_report(package: Package, report: Report) -> Package | None:
    """The package after the report, or None if the report says nothing new. Raises Refusal."""
    if report.is_sellers and not package.carriage.by_seller:
        message = f"package {package.package_id} is not delivered by its seller"
        raise Refusal(RefusalCode.NOT_DELIVERED_BY_SELLER, message)
    if report.carriage.by_seller and package.status == Status.AWAITING:  # a carrier's word stands: it has the package
        message = f"package {package.package_id} is not paid: its seller sends it once it is {Status.CREATED}"
        raise Refusal(RefusalCode.STATUS_ORDER, message)
    moved = _some_moved(package, report) if report.units else _all_moved(package, report)
    changed = replace(
        moved,
        tracking_number=report.tracking_number or package.tracking_number,
        carriage=package.carriage.with_said(report.carriage),
        own={**package.own, **report.own} if report.own else package.own,
    )
    return None if changed == package else replace(changed, modified_at=package.modified_by(report.at))


def _all_moved(package: Package, report: Report) -> Package:
    if package.status == report.status and report.carriage.by_seller in {False, package.carriage.by_seller}:
        return package
    check_order(package, report.status, Place.STATUS)
    return put_in_status(package, report.status, report.happened_at)


def _some_moved(package: Package, report: Report) -> Package:
    """Named units enter the status; if no unit stays behind, so does the package."""
    lines = package.lines
    for line_id, quantity in report.units.items():
        lines = _moved_lines(package, lines, line_id, quantity, report)
    moved = replace(package, lines=lines)
    stays = any(package.can_give(line) and line.status != report.status for line in lines)
    if stays or package.status == report.status or not can_enter(package, report.status):
        return moved
    return put_in_status(moved, report.status, report.happened_at)


def _moved_lines(
    package: Package, lines: tuple[Line, ...], line_id: int, quantity: int, report: Report
) -> tuple[Line, ...]:
    """So many units of a line in the status: first those that are in it already, then those that are nearest to it."""
    rows = [row for row in lines if row.line_id == line_id and not row.is_cancelled]
    _check_line(package, rows, line_id, quantity, report)
    missing = quantity - sum(row.quantity for row in rows if row.status == report.status)
    for row in sorted((each for each in rows if follows(each.status, report.status)), key=_nearest):
        taken = min(row.quantity, missing)
        if taken > 0:
            lines = _with_moved(lines, row, taken, report.status)
            missing -= taken
    if missing > 0:
        message = f"line {line_id} has too few units that {report.status} follows"
        raise Refusal(RefusalCode.STATUS_ORDER, message, field=report.fields.get(line_id, LineFields()).quantity)
    return lines


def _check_line(package: Package, rows: list[Line], line_id: int, quantity: int, report: Report) -> None:
    fields = report.fields.get(line_id, LineFields())
    if all(line.line_id != line_id for line in package.lines):
        message = f"package {package.package_id} has no line {line_id}"
        raise Refusal(RefusalCode.LINE_NOT_FOUND, message, field=fields.line)
    there = sum(row.quantity for row in rows)
    if quantity > there:
        message = f"line {line_id} has {there} units, {quantity} were named"
        raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.quantity)


def _nearest(row: Line) -> int:
    return -step_of(row.status)


def _with_moved(lines: tuple[Line, ...], row: Line, quantity: int, status: str) -> tuple[Line, ...]:
    """The first units of a row enter the status. A line has one row for each status in a package."""
    place = lines.index(row)
    gone, rest = row.units[:quantity], row.units[quantity:]
    there = next((each for each in lines if each.line_id == row.line_id and each.status == status), None)
    if there is not None:
        joined = replace(there, units=(units := (*there.units, *gone)), amounts=line_amounts(row.amounts.gross, units))
        kept = [joined if each is there else each for each in lines]
        kept[place : place + 1] = [part_of(row, rest)] if rest else []
        return tuple(kept)
    parts = [part_of(replace(row, status=status), gone), *([part_of(row, rest)] if rest else [])]
    return (*lines[:place], *parts, *lines[place + 1 :])


type _Row = tuple[Package, Line]


def spread(
    packages: Sequence[Package], item_number: str, quantity: int | None, status: str
) -> dict[int, dict[int, int]] | None:
    """How many units of each package's lines of an item are in a status, if there are ``quantity`` in all (None: all
    units).

    Units in the status count first, then those that are nearest to it, the oldest package first. Returns package id →
    line id → units, for the packages that change; None if the item has too few units.
    """
    rows = list(_rows_of(packages, item_number))
    can = sorted((each for each in rows if follows(each[1].status, status)), key=lambda each: _nearest(each[1]))
    most = sum(row.quantity for _, row in can)
    there = sum(row.quantity for _, row in rows if row.status == status)
    missing = most if quantity is None else quantity - there
    return None if missing > most else _shares(can, missing, status)


def _rows_of(packages: Sequence[Package], item_number: str) -> Iterator[_Row]:
    for package in sorted(packages, key=lambda each: (each.created_at, each.package_id)):
        for row in package.lines:
            if row.item_number == item_number and not row.is_cancelled:
                yield package, row


def _shares(rows: Sequence[_Row], missing: int, status: str) -> dict[int, dict[int, int]]:
    shares: dict[int, dict[int, int]] = {}
    for package, row in rows:
        taken = min(row.quantity, missing)
        if taken > 0:
            lines = shares.setdefault(package.package_id, {})
            there = package.ways[row.line_id, status]
            lines[row.line_id] = lines.get(row.line_id, there) + taken
            missing -= taken
    return shares
