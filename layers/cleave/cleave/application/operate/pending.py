"""Accepted work that is not done: cancellations and events by order, and batches that the stream gave up."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from cleave.domain.events import Event
from cleave.store.due import SHARDS, DueEntry, DueKind, due_between
from cleave.store.due_packages import DuePackage, read_due_works
from cleave.store.formats import Unreadable
from cleave.table.table import Table

PAGE = 50
# The stream does these within seconds, so they are not shown yet.
_PATIENCE = timedelta(seconds=10)
_KINDS = frozenset({DueKind.PACKAGE, DueKind.EVENT})

type Place = tuple[int, str, str]
"""Where an entry stands among all that is due: its time (epoch ms) and its key."""


@dataclass(frozen=True, slots=True)
class PendingPackage:
    """A package with accepted cancellations, or a seller's own split, that are not applied yet."""

    package: DuePackage
    since: datetime


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that is not handed to its subscriptions."""

    event: Event
    since: datetime


@dataclass(frozen=True, slots=True)
class DamagedWork:
    """A due item that cannot be read: its key, as the runbook needs it."""

    item: str
    since: datetime


type Pending = PendingPackage | PendingEvent | DamagedWork


@dataclass(frozen=True, slots=True)
class PendingPage:
    """One page, the longest due first. ``then`` is the place after which the next page begins; None at the end."""

    entries: Sequence[Pending]
    then: Place | None


@dataclass(frozen=True, slots=True)
class FailedBatch:
    """A batch of records that the stream's event source gave up, with its size in bytes."""

    key: str
    at: datetime
    size: int


def list_pending(table: Table, at: datetime, after: Place | None = None, size: int = PAGE) -> PendingPage:
    """Work that has been due for a while. A page may be short without being the last: finished work is left out."""
    due = list(islice(_due(table, at, after), size + 1))
    shown = due[:size]
    entries = [_pending(entry, work) for entry, work in read_due_works(table, shown)]
    return PendingPage(entries, shown[-1].order if len(due) > size else None)


def _due(table: Table, at: datetime, after: Place | None) -> Iterator[DueEntry]:
    since = 0 if after is None else after[0]
    shards = (due_between(table, shard, since, at - _PATIENCE) for shard in range(SHARDS))
    merged = heapq.merge(*shards, key=lambda entry: entry.order)
    return (each for each in merged if each.kind in _KINDS and (after is None or each.order > after))


def _pending(entry: DueEntry, work: DuePackage | Event | Unreadable) -> Pending:
    match work:
        case DuePackage():
            return PendingPackage(work, entry.due)
        case Event():
            return PendingEvent(work, entry.due)
        case Unreadable():
            return DamagedWork(str(work), entry.due)
