"""The statuses that a seller reports: Created, Picking, Invoiced, in this order; the carrier reports the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import HistoryEntry, Line, Package
from cleave.domain.refusals import LineFields, Place, Refusal, RefusalCode
from cleave.domain.status import Status

# Statuses that a seller may report, each with the status before it.
FOLLOWS: dict[str, str] = {Status.PICKING: Status.CREATED, Status.INVOICED: Status.PICKING}


@dataclass(frozen=True, slots=True)
class StatusNotice:
    """A seller's report. ``units`` maps the named lines to quantities, but the status is that of the whole package.

    ``fields`` maps a line id to the request's fields that named it. ``at`` is aware UTC.
    """

    address: PackageAddress
    status: str
    units: Mapping[int, int]
    fields: Mapping[int, LineFields]
    invoice_number: str | None
    at: datetime
    correlation_id: str = ""


def enter_status(package: Package, notice: StatusNotice) -> Package | None:
    """The package in its new status, or None if the notice says nothing new. Raises Refusal.

    ``notice.status`` must be one of FOLLOWS. Lines with a status of their own keep it.
    """
    _check_lines(package, notice)
    if package.status == notice.status:
        return _repeated(package, notice)
    if package.status != FOLLOWS[notice.status]:
        message = f"package {package.package_id} is {package.status}; {notice.status} follows {FOLLOWS[notice.status]}"
        raise Refusal(RefusalCode.STATUS_ORDER, message, field=Place.STATUS)
    return replace(
        package,
        status=notice.status,
        lines=tuple(_entered(line, package.status, notice.status) for line in package.lines),
        history=(*package.history, HistoryEntry(notice.at, notice.status)),
        modified_at=package.modified_by(notice.at),
        invoice_number=notice.invoice_number or package.invoice_number,
    )


def _entered(line: Line, before: str, after: str) -> Line:
    return replace(line, status=after) if line.status == before else line


def _repeated(package: Package, notice: StatusNotice) -> Package | None:
    """A repeat may only add an invoice number that was missing."""
    if notice.invoice_number is None or str(notice.invoice_number) == str(package.invoice_number):
        return None
    if package.invoice_number:
        message = f"package {package.package_id} was invoiced with another number"
        raise Refusal(RefusalCode.INVOICE_DIFFERS, message, field=Place.INVOICE_NUMBER)
    return replace(package, invoice_number=notice.invoice_number, modified_at=package.modified_by(notice.at))


def _check_lines(package: Package, notice: StatusNotice) -> None:
    held: dict[int, int] = {}
    for line in package.lines:
        held[line.line_id] = held.get(line.line_id, 0) + line.quantity
    for line_id, quantity in notice.units.items():
        fields = notice.fields.get(line_id, LineFields())
        if line_id not in held:
            message = f"package {package.package_id} has no line {line_id}"
            raise Refusal(RefusalCode.LINE_NOT_FOUND, message, field=fields.line)
        if quantity > held[line_id]:
            message = f"line {line_id} has {held[line_id]} units, {quantity} were named"
            raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.quantity)
