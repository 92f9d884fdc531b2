"""The sparse index of what was accepted or happened and is not worked off: waiting packages, events not fanned out."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from cleave.store import keys
from cleave.store.attributes import Item, to_item
from cleave.store.table import IndexQuery, Table

# The oldest ones of a partition; if all of these are of one kind, its own gauge tells by then.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Oldest:
    """Since when (epoch ms) the oldest package and the oldest event of a partition wait, None without one."""

    package: int | None
    event: int | None


def oldest_waiting(table: Table, partition: str, until_ms: int) -> Oldest:
    """Eventually consistent, by one query."""
    found = list(islice(_query(table, partition, until_ms), _LOOKED_AT))
    events = [key for key in found if keys.is_event(key)]
    packages = [key for key in found if not keys.is_event(key)]
    first = [int(each[0][keys.WAITING_SINCE]) if each else None for each in (packages, events)]
    return Oldest(*first)


def waiting_keys(table: Table, partition: str, until_ms: int) -> list[keys.Key]:
    """Keys of all that waits in a partition since ``until_ms`` or longer, longest first, an order's events in order.

    Eventually consistent: what was just worked off may still be listed.
    """
    found = sorted(_query(table, partition, until_ms), key=lambda key: (key[keys.WAITING_SINCE], key["pk"], key["sk"]))
    return [{keys.PARTITION: key["pk"], keys.SORT: key["sk"]} for key in found]


def still_waiting(table: Table, key: keys.Key) -> Item | None:
    """The item, strongly consistent, or None if it was worked off since the index listed it."""
    item = table.get(key)
    return item if item and keys.PENDING in item else None


def _query(table: Table, partition: str, until_ms: int) -> Iterator[Item]:
    query = IndexQuery(
        index=keys.PENDING_INDEX,
        condition="pending = :pending AND #since <= :until",
        projection="pk, sk, #since",
        names={"since": keys.WAITING_SINCE},
        values={"pending": partition, "until": until_ms},
        descending=False,
    )
    return map(to_item, table.query_index(query))
