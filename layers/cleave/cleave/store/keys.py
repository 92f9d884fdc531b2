"""The attributes and indexes of the table, and the kinds of items by their keys.

The keys themselves are made here and in the files beside it that end in ``_keys``, nowhere else; docs/architecture.md
lists the items behind them. The seller is part of every key that a seller's request can name: another seller's item
and one that does not exist are the same missing item.
"""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from cleave.table.requests import Key

PARTITION = "pk"
SORT = "sk"
# Prefixes of sort keys that show the kind of item.
EVENT_PREFIX = "EVENT#"
SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"
RECIPIENTS = "RECIPIENTS"

# The sparse index of all work that is due; its keys are SHARD and DUE (epoch ms).
DUE_INDEX = "due"
SHARD = "shard"
DUE = "due"
# A cancellation writes to the index four times, and a partition takes 1,000 writes a second.
DUE_SHARDS = 64

# DynamoDB deletes an item some time after this (epoch seconds).
EXPIRES = "expires_at"

# The two indexes of packages: all of a seller's in a storefront, each with a sort key of its own.
LISTING = "listing"
BY_MODIFIED = "modified"
BY_CREATED = "created"

# More than any id: below 2**53, as docs/architecture.md promises.
_ID_SPAN = 10**16
# Sorts behind every package: the wire takes no time after the year 9999.
LAST_PLACE = 10**15 * _ID_SPAN


def make_key(partition: str, sort: str) -> Key:
    """The key of an item."""
    return {PARTITION: partition, SORT: sort}


def place(at_ms: int, package_id: int) -> int:
    """A package's place in an index: by time, then by id, so no two packages share a place.

    One number of 29 digits, of which DynamoDB keeps 38 exactly. With ``package_id`` 0 it is before all packages of that
    millisecond.
    """
    return at_ms * _ID_SPAN + package_id


def package_id_at(place_in_index: int) -> int:
    return place_in_index % _ID_SPAN


def name_of(key: Mapping[str, Any]) -> str:
    """An item's name for its owner. A cancellation's name says only that, because it may be another caller's."""
    partition, sort = str(key[PARTITION]), str(key[SORT])
    kind, _, rest = partition.partition("#")
    last = rest.rpartition("#")[2]
    if sort.startswith(EVENT_PREFIX):
        return f"event {int(sort.rpartition('#')[2])} of order {rest}"
    if sort.startswith(SUBSCRIPTION_PREFIX):
        return f"webhook {sort.removeprefix(SUBSCRIPTION_PREFIX)}"
    if sort == RECIPIENTS:
        return f"who is told of seller {rest}"
    if kind in {"WAITING", "DELIVERY"}:
        return f"a delivery of order {sort.split('#')[2]}"
    named = {"PACKAGE": f"package {last}", "ORDER": f"order {rest}", "CANCELLATION": "a cancellation"}
    return named.get(kind, "an item")


def shard(key: Key) -> int:
    """The partition of the index of due work for an item."""
    return crc32(f"{key[PARTITION]}/{key[SORT]}".encode()) % DUE_SHARDS
