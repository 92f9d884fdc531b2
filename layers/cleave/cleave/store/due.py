"""The index of all work that is due: packages, events, tracks, open circuits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby, islice

from cleave.clock import from_ms, to_ms
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.domain.status import CLOSED
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.retention import package_expiry
from cleave.table.attributes import Item, to_item
from cleave.table.requests import IndexQuery, Key, Update
from cleave.table.table import Table

SHARDS = keys.DUE_SHARDS
# Entries of one round trip, for callers that usually need no more.
_LOOKED_AT = 60
# No moment is earlier.
_EARLIEST = to_ms(datetime.min.replace(tzinfo=UTC))
_CLOSED_VALUES = {f"closed_{position}": status for position, status in enumerate(sorted(CLOSED))}


class DueKind(StrEnum):
    """The kinds of entries in the index."""

    PACKAGE = "package"
    EVENT = "event"
    TRACK = "track"
    CIRCUIT = "circuit"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class DueEntry:
    """An item with work that is due from a time on, as the index lists it. The work may have been done since."""

    kind: DueKind
    key: Key
    due: datetime

    @property
    def subscription_id(self) -> str | None:
        """The webhook of a track or circuit."""
        return webhook_keys.subscription_of(self.key)

    @property
    def owner(self) -> str | None:
        """The owner of an owner's item."""
        return webhook_keys.owner_of(self.key)

    @property
    def place(self) -> str:
        """Its sort key, so that people can find it."""
        return self.key[keys.SORT]

    @property
    def order(self) -> tuple[int, str, str]:
        """Its position among others: by time, then by key."""
        return to_ms(self.due), self.key[keys.PARTITION], self.key[keys.SORT]

    @property
    def track(self) -> int | None:
        return int(self.key[keys.SORT]) if self.kind is DueKind.TRACK else None


def due_entries(table: Table, shard: int, until: datetime, limit: int | None = None) -> list[DueEntry]:
    """The entries of a shard that are due by ``until``, the longest due first; eventually consistent.

    It includes entries whose damaged time lies before all valid times.
    """
    return list(islice(_query(table, shard, to_ms(until), _EARLIEST), limit))


def due_between(table: Table, shard: int, since_ms: int, until: datetime) -> Iterator[DueEntry]:
    """The entries of a shard that are due between two times, the longest due first, read lazily."""
    entries = _query(table, shard, to_ms(until), since_ms, limit=_LOOKED_AT)
    # Entries of the same millisecond are sorted by key, because an index does not sort them.
    for _, together in groupby(entries, key=lambda entry: entry.due):
        yield from sorted(together, key=lambda entry: entry.order)


def clear_package(table: Table, package: Package, at: datetime) -> bool:
    """A package's fan-out is done: it is no longer due, and its lifetime begins. False if it was cleared before."""
    change = Update(
        key=order_keys.package(package.seller_id, package.package_id),
        change="REMOVE #due, #shard SET #expires = :expires",
        condition=f"attribute_exists(#due) AND #status IN ({', '.join(f':{name}' for name in _CLOSED_VALUES)})",
        names={"due": keys.DUE, "shard": keys.SHARD, "expires": keys.EXPIRES, "status": "status"},
        values={"expires": package_expiry(at, table.kept), **_CLOSED_VALUES},
    )
    return table.try_update(change)


def clear_event(table: Table, event: Event) -> bool:
    """The fan-out of an event with a mark of its own is done: the mark is removed, and the event's lifetime begins."""
    change = Update(
        key=order_keys.event(event.seller_id, event.order_number, event.first),
        change="REMOVE #due, #shard SET #expires = :expires",
        condition="attribute_exists(#due)",
        names={"due": keys.DUE, "shard": keys.SHARD, "expires": keys.EXPIRES},
        values={"expires": package_expiry(event.at, table.kept)},
    )
    return table.try_update(change)


def _query(table: Table, shard: int, until_ms: int, since_ms: int, limit: int | None = None) -> Iterator[DueEntry]:
    query = IndexQuery(
        index=keys.DUE_INDEX,
        condition="#shard = :shard AND #due BETWEEN :since AND :until",
        projection="pk, sk, #due",
        names={"shard": keys.SHARD, "due": keys.DUE},
        values={"shard": shard, "since": since_ms, "until": until_ms},
        descending=False,
        limit=limit,
    )
    return (_entry(to_item(attributes)) for attributes in table.query_index(query))


def _entry(item: Item) -> DueEntry:
    key = {keys.PARTITION: str(item[keys.PARTITION]), keys.SORT: str(item[keys.SORT])}
    return DueEntry(kind_of(key), key, from_ms(int(item[keys.DUE])))


def kind_of(key: Key) -> DueKind:
    """The kind of item that a key of the index belongs to."""
    if key[keys.SORT] == order_keys.PACKAGE:
        return DueKind.PACKAGE
    if key[keys.SORT].startswith(keys.EVENT_PREFIX):
        return DueKind.EVENT
    kinds = {webhook_keys.CIRCUIT: DueKind.CIRCUIT, webhook_keys.OWNER: DueKind.OWNER}
    return kinds.get(key[keys.SORT], DueKind.TRACK)
