"""Erase an order's personal data: in its packages, its events, and receivers' answers.

time   erase                            a split of the same package
────   ──────────────────────────────   ─────────────────────────────────────────────────
 1                                      reads the package, as imported
 2     writes it erased, a version on
 3                                      finds another version, and reads it again: erased
or
 2                                      closes it, successors and an event are born of it
 3     finds another version, or the
       closed package: in either case
       another pass, which finds them
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from cleave.domain.cancellation import PackageRef
from cleave.domain.package import Package
from cleave.domain.personal_data import erase, is_erased
from cleave.store.erasing import (
    erase_answers,
    kept_events,
    package_refs,
    read_kept,
    write_erased_event,
    write_erased_package,
)
from cleave.store.formats import Unreadable
from cleave.table.failures import Contended, OutOfDate
from cleave.table.table import Table

# After so many changes of the order during its erasure, the command gives up.
_MOST_PASSES = 50


@dataclass(slots=True)
class Erased:
    """The items whose personal data was erased. ``found`` also counts items without any, ``unreadable`` names items
    that cannot be read and may hold some."""

    found: int = 0
    packages: int = 0
    events: int = 0
    answers: int = 0
    unreadable: set[str] = field(default_factory=set)

    @property
    def writes(self) -> int:
        """How many items were changed."""
        return self.packages + self.events + self.answers


def erase_order(table: Table, order_number: str) -> Erased:
    """Finish an interrupted erasure without repeating finished parts. Raises Contended."""
    done = Erased()
    for _ in range(_MOST_PASSES):
        before = done.writes
        done.found = 0
        if not _erase_packages(table, order_number, done) and done.writes == before:
            _erase_events(table, order_number, done)
            if done.writes == before:
                return done
    raise Contended(f"after {_MOST_PASSES} passes")


def says_erased(table: Table, order_number: str) -> bool:
    """Whether a readable item of the order says that the order was erased."""
    events = (each for each in kept_events(table, order_number) if not isinstance(each, Unreadable))
    told = (package for event in events for package in event.packages)
    return any(map(is_erased, chain(_readable(table, order_number), told)))


def _readable(table: Table, order_number: str) -> Iterator[Package]:
    for ref in package_refs(table, order_number):
        with suppress(Unreadable):
            kept = read_kept(table, ref)
            if kept is not None:
                yield kept.package


def _erase_packages(table: Table, order_number: str, done: Erased) -> bool:
    """Whether another writer changed one of them first."""
    is_late = False
    for ref in package_refs(table, order_number):
        try:
            _erase_package(table, ref, done)
        except OutOfDate:
            is_late = True
        except Unreadable as damaged:
            done.unreadable.add(str(damaged))
    return is_late


def _erase_package(table: Table, ref: PackageRef, done: Erased) -> None:
    kept = read_kept(table, ref)
    if kept is None:
        return
    done.found += 1
    erased = erase(kept.package)
    if erased != kept.package:
        write_erased_package(table, kept, erased)
        done.packages += 1


def _erase_events(table: Table, order_number: str, done: Erased) -> None:
    for event in kept_events(table, order_number):
        if isinstance(event, Unreadable):
            done.unreadable.add(str(event))
            continue
        done.found += 1
        packages = tuple(erase(package) for package in event.packages)
        if packages != event.packages:
            write_erased_event(table, event, packages)
            done.events += 1
        done.answers += erase_answers(table, event)
