"""A later export of a known package: the changes that it may make, and those that are refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cleave.domain.package import Carriage, HistoryEntry, Line, Package, Unit
from cleave.domain.package_state import Export
from cleave.domain.personal_data import erase, is_erased
from cleave.domain.progress import check_order, follows, put_in_status, step_of
from cleave.domain.refusals import LineFields, Refusal, RefusalCode


@dataclass(frozen=True, slots=True)
class ExportFields:
    """The request's fields, for refusals; ``by_line`` has those of each line's first row."""

    package: str | None = None
    status: str | None = None
    lines: str | None = None
    total: str | None = None
    by_line: Mapping[int, LineFields] = field(default_factory=dict)


def apply_export(package: Package, said: Package, export: Export, fields: ExportFields, at: datetime) -> Package | None:
    """The package as changed by a later export, or None if nothing is new. Raises Refusal.

    Erased personal data stays erased, even if the marketplace still exports it.

    Only cancels and splits change quantities, lines and prices. An export that is older than the package's last change
    here can move the package forwards. It cannot take back a status, or the carrier and invoice that the seller has
    reported.
    """
    _check_same_order(package, said, fields)
    said = erase(said) if is_erased(package) else said
    is_recent = export.modified_at is None or export.modified_at >= package.modified_at
    moved = _in_status(package, said, fields, at, is_recent=is_recent)
    if moved is not None and not moved.is_closed:
        moved = _with_lines(moved, package, said, fields, is_recent=is_recent)
    if moved is None:
        return None
    changed = replace(
        moved,
        details=_details(package, said, said.fees),
        own=_own(package, said),
        fees=said.fees,
        carriage=_carriage(package.carriage, said.carriage, is_recent=is_recent),
        seller_pays=said.seller_pays or package.seller_pays,
        country=said.country or package.country,
        tracking_number=said.tracking_number or package.tracking_number,
        invoice_number=_newer(package.invoice_number, said.invoice_number, is_recent=is_recent),
        origin_ids=package.origin_ids if package.parent_id is not None else said.origin_ids or package.origin_ids,
    )
    modified_at = package.modified_by(at if export.modified_at is None else export.modified_at)
    return None if changed == package else replace(changed, modified_at=modified_at)


def _in_status(
    package: Package, said: Package, fields: ExportFields, at: datetime, *, is_recent: bool
) -> Package | None:
    """The package in the export's status; None if an old export would take a status back. Raises Refusal."""
    if said.status == package.status:
        return package
    if not is_recent and step_of(said.status) < step_of(package.status):
        return None
    check_order(package, said.status, fields.status)
    return replace(put_in_status(package, said.status, at), history=_history(package, said, at))


def _with_lines(
    moved: Package, package: Package, said: Package, fields: ExportFields, *, is_recent: bool
) -> Package | None:
    """The package with the export's lines; ``package`` is as it was before."""
    _check_units(package, said, fields)
    lines = tuple(_lines(package, said))
    if not is_recent and _line_that_goes_back(package.lines, lines):
        return None
    _check_forwards(package, lines, fields)
    return replace(moved, lines=lines)


def _check_same_order(package: Package, said: Package, fields: ExportFields) -> None:
    if (package.order_number, package.storefront) != (said.order_number, said.storefront):
        message = f"package {package.package_id} is of order {package.order_number} in {package.storefront}"
        raise Refusal(RefusalCode.PACKAGE_DIFFERS, message, field=fields.package)


def _check_units(package: Package, said: Package, fields: ExportFields) -> None:
    before, after = _by_line(package.lines), _by_line(said.lines)
    for line_id in sorted(before.keys() - after.keys()):
        raise _differs(f"line {line_id} is missing", fields.lines)
    for line_id, rows in after.items():
        names = fields.by_line.get(line_id, LineFields())
        if line_id not in before:
            raise _differs(f"package {package.package_id} has no line {line_id}", names.line)
        had, has = _count(before[line_id]), _count(rows)
        if had != has:
            message = f"line {line_id} has {had[0]} units, {had[1]} of them cancelled; {has[0]} and {has[1]} were said"
            raise _differs(message, names.quantity)
        if _prices(before[line_id]) != _prices(rows):
            raise _differs(f"line {line_id} has other prices", names.price)
    if package.totals != said.totals:
        raise _differs(f"package {package.package_id} has other amounts", fields.total)


def _differs(message: str, field: str | None) -> Refusal:
    return Refusal(RefusalCode.UNITS_DIFFER, message, field=field)


def _by_line(lines: Iterable[Line]) -> dict[int, list[Line]]:
    rows: dict[int, list[Line]] = {}
    for line in lines:
        rows.setdefault(line.line_id, []).append(line)
    return rows


def _count(rows: Sequence[Line]) -> tuple[int, int]:
    """All units of a line, and how many of them are cancelled."""
    return sum(row.quantity for row in rows), sum(row.quantity for row in rows if row.is_cancelled)


def _prices(rows: Sequence[Line]) -> list[object]:
    units = (unit for row in rows for unit in row.units)
    paid = sorted((unit.price, unit.seller_discount, unit.marketplace_discount, unit.other_discount) for unit in units)
    return [{row.amounts.gross for row in rows}, paid]


def _lines(package: Package, said: Package) -> Iterator[Line]:
    """The export's rows, with the facts that only we know. A row whose status lags behind the package gets the
    package's."""
    before = _by_line(package.lines)
    is_same = _shape(package) == _shape(said)
    for place, row in enumerate(said.lines):
        known = package.lines[place] if is_same else before[row.line_id][0]
        lags = said.can_give(row) and step_of(row.status) < step_of(said.status)
        yield replace(
            known,
            stock_code=row.stock_code or known.stock_code,
            status=said.status if lags else row.status,
            units=_units(known, row) if is_same else row.units,
            amounts=known.amounts if is_same else row.amounts,
            fees=row.fees,
            details=_details(known, row, [fee.name for fee in row.fees]),
            own=_own(known, row),
        )


def _details(known: Package | Line, said: Package | Line, fees: Iterable[str]) -> dict[str, Any]:
    """The known and the export's fields that no rule reads, without those that the export now gives as own fields or
    fees."""
    elsewhere = {*said.own, *fees} - said.details.keys()
    return {name: value for name, value in {**known.details, **said.details}.items() if name not in elsewhere}


def _own(known: Package | Line, said: Package | Line) -> dict[str, Any]:
    kept = {name: value for name, value in known.own.items() if name not in said.details}
    return {**kept, **said.own}


def _units(known: Line, said: Line) -> tuple[Unit, ...]:
    """The known units, with the export's facts about them except their prices."""
    return tuple(
        replace(unit, fees=now.fees, details={**unit.details, **now.details})
        for unit, now in zip(known.units, said.units, strict=True)
    )


def _shape(package: Package) -> list[tuple[int, int]]:
    return [(row.line_id, row.quantity) for row in package.lines]


def _check_forwards(package: Package, lines: Sequence[Line], fields: ExportFields) -> None:
    found = _line_that_goes_back(package.lines, lines)
    if found is not None:
        line_id, was, now = found
        message = f"units of line {line_id} are {was}, which {now} does not follow"
        raise Refusal(RefusalCode.STATUS_ORDER, message, field=fields.by_line.get(line_id, LineFields()).status)


def _line_that_goes_back(before: Sequence[Line], after: Sequence[Line]) -> tuple[int, str, str] | None:
    """The first unit that would go back, with both statuses; units are compared in the order of their progress."""
    known = _by_line(before)
    for line_id, rows in _by_line(after).items():
        for was, now in zip(_ways(known[line_id]), _ways(rows), strict=True):
            if step_of(now) < step_of(was) and not follows(was, now):
                return line_id, was, now
    return None


def _ways(rows: Iterable[Line]) -> list[str]:
    return sorted((status for row in rows for status in [row.status] * row.quantity), key=step_of)


def _history(package: Package, said: Package, at: datetime) -> tuple[HistoryEntry, ...]:
    """The package's history with the export's later entries, ended by the new status."""
    if said.status == package.status:
        return package.history
    last = package.history[-1].at if package.history else None
    since = tuple(entry for entry in said.history if entry not in package.history and (last is None or entry.at > last))
    ends = since and since[-1].status == said.status
    return (*package.history, *since) if ends else (*package.history, *since, HistoryEntry(at, said.status))


def _carriage(own: Carriage, said: Carriage, *, is_recent: bool) -> Carriage:
    return replace(
        own,
        sender_number=_newer(own.sender_number, said.sender_number, is_recent=is_recent),
        provider_name=_newer(own.provider_name, said.provider_name, is_recent=is_recent),
        return_number=_newer(own.return_number, said.return_number, is_recent=is_recent),
        tracking_link=_newer(own.tracking_link, said.tracking_link, is_recent=is_recent),
    )


def _newer[T: str | int](own: T | None, said: T | None, *, is_recent: bool) -> T | None:
    """A missing value changes nothing."""
    first, second = (said, own) if is_recent else (own, said)
    return first or second or own
