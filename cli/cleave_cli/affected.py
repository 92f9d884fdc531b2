"""Whom it concerns that something waits or fails: packages and events by order, receivers by owner and host."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cleave.domain.events import Event
from cleave.store.circuits import read_circuit_and_owner
from cleave.store.due import SHARDS, DueEntry, DueKind, due_entries
from cleave.store.due_packages import read_due_work
from cleave.store.formats import Unreadable
from cleave.store.subscriptions import read_subscription
from cleave.table.table import Table

# An open circuit is due at its next probe, which may be so far away.
_AHEAD = timedelta(days=7)
# What the stream does within seconds is no news.
_PATIENCE = timedelta(seconds=10)
_MOST_OF_A_SHARD = 50


@dataclass(frozen=True)
class Affected:
    """``which`` is an order or a webhook, as the API and the log name it; ``whose`` a seller or an owner."""

    since: datetime
    what: str
    whose: str
    which: str
    how: str

    def as_document(self) -> dict[str, str]:
        """For JSON."""
        return {**asdict(self), "since": self.since.isoformat()}


def read_affected(table: Table, at: datetime) -> list[Affected]:
    """The longest first; of each shard of the index the longest fifty."""
    entries = (entry for shard in range(SHARDS) for entry in due_entries(table, shard, at + _AHEAD, _MOST_OF_A_SHARD))
    return sorted((each for entry in entries for each in _affected(table, entry, at)), key=lambda each: each.since)


def _affected(table: Table, entry: DueEntry, at: datetime) -> Iterator[Affected]:
    if entry.kind is DueKind.CIRCUIT:
        yield from _receiver(table, entry.subscription_id or "")
    elif entry.kind in {DueKind.PACKAGE, DueKind.EVENT} and entry.due <= at - _PATIENCE:
        yield from _order(table, entry)


def _receiver(table: Table, subscription_id: str) -> Iterator[Affected]:
    circuit, owner = read_circuit_and_owner(table, subscription_id)
    subscription = None if circuit is None else read_subscription(table, owner, subscription_id)
    if circuit is None or circuit.probe_at is None or subscription is None:
        return
    how = f"{subscription.host}: {circuit.failures} failures in a row, next probe {circuit.probe_at:%Y-%m-%d %H:%M:%S}"
    yield Affected(circuit.failing_since, "receiver fails", owner, f"webhook {subscription_id}", how)


def _order(table: Table, entry: DueEntry) -> Iterator[Affected]:
    try:
        work = read_due_work(table, entry)
    except Unreadable as damaged:
        yield Affected(entry.due, f"{entry.kind} is damaged", "", entry.place, str(damaged))
        return
    if work is None:
        return
    what, how = ("event waits", f"event {work.first}") if isinstance(work, Event) else _package_words(work.package_id)
    yield Affected(entry.due, what, f"seller:{work.seller_id}", f"order {work.order_number}", how)


def _package_words(package_id: int) -> tuple[str, str]:
    return "package waits", f"package {package_id}"
