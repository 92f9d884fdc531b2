"""Check, order by order, whether the table keeps the promises."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cleave.domain.audit import audit
from cleave.store.verifying import ReadPart, all_parts, parts_of, read_part
from cleave.table.table import Table


@dataclass(slots=True)
class Verified:
    """``findings`` are by seller and order number. ``waiting`` counts due packages: to be split or fanned out."""

    orders: int = 0
    packages: int = 0
    cancellations: int = 0
    events: int = 0
    waiting: int = 0
    findings: list[tuple[int, str, str]] = field(default_factory=list)


def verify(table: Table, order_number: str | None, at: datetime) -> Verified:
    """Check one order, or all. An order that seems wrong is read again: it may have changed between two reads."""
    verified = Verified()
    for seller_id, number in _parts(table, order_number):
        read = read_part(table, seller_id, number, at)
        if _findings(read):
            read = read_part(table, seller_id, number, at)
        _count(verified, read)
        verified.findings += [(seller_id, number, finding) for finding in _findings(read)]
    return verified


def _parts(table: Table, order_number: str | None) -> Iterable[tuple[int, str]]:
    return all_parts(table) if order_number is None else parts_of(table, order_number)


def _findings(read: ReadPart) -> list[str]:
    """Unreadable items explain all other findings, so only they are reported."""
    return [f"cannot be read: {each}" for each in read.unreadable] or audit(read.part)


def _count(verified: Verified, read: ReadPart) -> None:
    part = read.part
    verified.orders += 1
    verified.packages += len(part.packages)
    verified.cancellations += len(part.cancellations)
    verified.events += len(part.events)
    verified.waiting += sum(state.is_due for state in part.packages.values())
