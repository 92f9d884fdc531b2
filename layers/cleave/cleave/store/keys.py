"""The keys of the table; no other module writes one. docs/architecture.md lists the items behind them.

The seller is part of every key that a seller's request can name: another seller's item and one that does not
exist are the same missing item.
"""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from cleave.domain.listing import By
from cleave.table.requests import Key

PARTITION = "pk"
SORT = "sk"
SELLER_PREFIX = "SELLER#"
EVENT_PREFIX = "EVENT#"
PACKAGE_PREFIX = "PACKAGE#"
SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"
# Sort keys of which there is one in a partition.
PACKAGE = "PACKAGE"
CIRCUIT = "CIRCUIT"
OWNER = "OWNER"

# The partition that lists all credentials, and how its sort keys begin.
CREDENTIALS = "CREDENTIALS"
CREDENTIAL_PREFIX = "CREDENTIAL#"

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
BY_MODIFIED = By.MODIFIED.value
BY_CREATED = By.CREATED.value

# Sequence numbers are padded so that they sort as text; an order with more events than this has other problems.
_SEQUENCE_DIGITS = 8
# The partition of the index ``created`` that lists all webhooks; no seller's packages are in one of this name.
SUBSCRIPTIONS = "subscriptions"
# More than any id: below 2**53, as docs/architecture.md promises.
_ID_SPAN = 10**16
# Behind every package: the wire takes no time after the year 9999.
LAST_PLACE = 10**15 * _ID_SPAN
_MS_DIGITS = 14


def package(seller_id: int, package_id: int) -> Key:
    """A package with its lines and reservations."""
    return _key(f"PACKAGE#{seller_id}#{package_id}", PACKAGE)


def tracking_number(seller_id: int, number: int) -> Key:
    """Says which package the seller delivers under a number."""
    return _key(f"TRACKING#{seller_id}#{number}", "TRACKING")


def listing(seller_id: int, storefront: str) -> str:
    """The partition, in both indexes of packages, of a seller's packages in a storefront."""
    return f"{seller_id}#{storefront}"


def listed(text: str) -> tuple[int, str]:
    """The seller and the storefront of such a partition."""
    seller_id, _, storefront = text.partition("#")
    return int(seller_id), storefront


def place(at_ms: int, package_id: int) -> int:
    """Where a package stands in an index: by time, then by id, so that no two packages stand in the same place.

    One number of 29 digits, of which DynamoDB keeps 38 exactly; with ``package_id`` 0, before all packages of that
    millisecond.
    """
    return at_ms * _ID_SPAN + package_id


def package_id_at(place_in_index: int) -> int:
    """The id in a place."""
    return place_in_index % _ID_SPAN


def cancellation(cancellation_id: str) -> Key:
    """An accepted cancellation; its id is what makes it happen once."""
    return _key(f"CANCELLATION#{cancellation_id}", "CANCELLATION")


def order(seller_id: int, order_number: str) -> Key:
    """One seller's part of an order: its counters, its live packages, and how far its subscribers are told."""
    return _key(order_partition(order_number), f"{SELLER_PREFIX}{seller_id}")


def event_prefix(seller_id: int) -> str:
    """Begins the sort keys of all events of a seller's order."""
    return f"{EVENT_PREFIX}{seller_id}#"


def part_of(item: Mapping[str, Any]) -> tuple[int, str] | None:
    """Seller and order of which an item is the seller's part or a package; None for other items."""
    partition, sort = str(item[PARTITION]), str(item[SORT])
    if sort == PACKAGE:
        return int(partition.split("#")[1]), str(item["order_number"])
    if sort.startswith(SELLER_PREFIX):
        return int(sort.removeprefix(SELLER_PREFIX)), partition.partition("#")[2]
    return None


def created_order(channel: str, order_number: str) -> Key:
    """Says that a channel created the order, and from what content."""
    return _key(order_partition(order_number), f"CREATED#{channel}")


def order_partition(order_number: str) -> str:
    """The partition of all that belongs to an order, of all its sellers."""
    return f"ORDER#{order_number}"


def order_package(seller_id: int, order_number: str, package_id: int) -> Key:
    """Says that the order has, or had, the package."""
    return _key(order_partition(order_number), f"{order_package_prefix(seller_id)}{package_id}")


def order_package_prefix(seller_id: int) -> str:
    """Begins the sort keys of all packages of a seller's order."""
    return f"{PACKAGE_PREFIX}{seller_id}#"


def placed_package(text: str) -> tuple[int, int]:
    """Seller and package of such a sort key."""
    _, seller_id, package_id = text.split("#")
    return int(seller_id), int(package_id)


def event_place(seller_id: int, first: int) -> str:
    """The sort key of an event of an order, by the number of its first package."""
    return f"{EVENT_PREFIX}{seller_id}#{first:0{_SEQUENCE_DIGITS}}"


def event(seller_id: int, order_number: str, first: int) -> Key:
    """Something that the order's subscribers are told."""
    return _key(order_partition(order_number), event_place(seller_id, first))


def recipients(seller_id: int) -> Key:
    """Who is told of a seller's events."""
    return _key(f"SELLER#{seller_id}", _RECIPIENTS)


def subscription(owner: str, subscription_id: str) -> Key:
    """A webhook. ``owner`` is ``seller:…`` or ``channel:…``."""
    return _key(subscriber(owner), f"{SUBSCRIPTION_PREFIX}{subscription_id}")


def subscribed(key: Key) -> str | None:
    """The webhook whose item it is; None for other items."""
    sort = key[SORT]
    return sort.removeprefix(SUBSCRIPTION_PREFIX) if sort.startswith(SUBSCRIPTION_PREFIX) else None


def owner(name: str) -> Key:
    """How many webhooks an owner has, and whether it has ended."""
    return _key(subscriber(name), OWNER)


def owner_of(key: Key) -> str | None:
    """The owner whose item it is; None for other items."""
    return key[PARTITION].partition("#")[2] if key[SORT] == OWNER else None


def subscription_place(at_ms: int, subscription_id: str) -> int:
    """Where a webhook stands in the list of all: by the time when it was made, and no two in the same place."""
    return place(at_ms, crc32(subscription_id.encode()))


def subscription_at(key: Key) -> tuple[str, str]:
    """The owner and the id of a webhook's key."""
    return key[PARTITION].partition("#")[2], key[SORT].removeprefix(SUBSCRIPTION_PREFIX)


def subscriber(owner: str) -> str:
    """The partition of an owner's webhooks."""
    return f"SUBSCRIBER#{owner}"


def waiting(subscription_id: str, track: int, delivery_place: str) -> Key:
    """A delivery that waits."""
    return _key(waiting_partition(subscription_id, track), delivery_place)


def waiting_partition(subscription_id: str, track: int) -> str:
    """The partition of the deliveries that wait on one track of a webhook, oldest first."""
    return f"WAITING#{subscription_id}#{track}"


def settled(subscription_id: str, delivery_place: str) -> Key:
    """A delivery of which every message was taken or given up."""
    return _key(settled_partition(subscription_id), delivery_place)


def settled_partition(subscription_id: str) -> str:
    """The partition of all settled deliveries of a webhook, oldest first."""
    return f"DELIVERY#{subscription_id}"


def delivery_place(at_ms: int, seller_id: int, order_number: str) -> str:
    """The sort key of a delivery, waiting or settled, by the time of its event."""
    return f"{delivery_time(at_ms)}#{seller_id}#{order_number}"


def placed_delivery(text: str) -> tuple[int, int, str]:
    """Time (epoch ms), seller and order of such a sort key; ValueError if it is none."""
    at_ms, seller_id, order_number = text.split("#")
    return int(at_ms), int(seller_id), order_number


def delivery_time(at_ms: int) -> str:
    """How the sort keys of deliveries of a time begin."""
    return f"{at_ms:0{_MS_DIGITS}}"


def attempt(subscription_id: str, delivery_place: str, message: int, attempt_ms: int) -> Key:
    """One request to a receiver that failed."""
    return _key(attempt_partition(subscription_id), f"{attempt_prefix(delivery_place, message)}{attempt_ms}")


def attempt_partition(subscription_id: str) -> str:
    """The partition of all failed attempts of a webhook."""
    return f"ATTEMPT#{subscription_id}"


def attempt_prefix(delivery_place: str, message: int) -> str:
    """Begins the sort keys of the failed attempts of one message."""
    return f"{delivery_place}#{message}#"


def attempted_ms(text: str) -> int:
    """When the request was (epoch ms), by the sort key of a failed attempt."""
    return int(text.rpartition("#")[2])


def track(subscription_id: str, number: int) -> Key:
    """Who drains a track of a webhook, and when it has something to do."""
    return _key(track_partition(subscription_id), str(number))


def track_partition(subscription_id: str) -> str:
    """The partition of all tracks of a webhook."""
    return f"{_TRACK}{subscription_id}"


def circuit(subscription_id: str) -> Key:
    """Exists while a webhook's receiver fails."""
    return _key(f"{_CIRCUIT}{subscription_id}", CIRCUIT)


def tracking_numbers() -> Key:
    """How many of the carriers' numbers were leased."""
    return _key("RANGE#TRACKING", "RANGE")


def credential(key: str) -> Key:
    """An API key or client id, with its secrets' hashes."""
    return _key(f"{CREDENTIAL_PREFIX}{key}", "CREDENTIAL")


def credential_pointer(key: str) -> Key:
    """Says that there is such a credential; only its operators look here."""
    return _key(CREDENTIALS, f"{CREDENTIAL_PREFIX}{key}")


def name_of(key: Mapping[str, Any]) -> str:
    """What an item is, in words for those whose it is; of a cancellation only that, as it may be somebody else's."""
    partition, sort = str(key[PARTITION]), str(key[SORT])
    kind, _, rest = partition.partition("#")
    last = rest.rpartition("#")[2]
    if sort.startswith(EVENT_PREFIX):
        return f"event {int(sort.rpartition('#')[2])} of order {rest}"
    if sort.startswith(SUBSCRIPTION_PREFIX):
        return f"webhook {sort.removeprefix(SUBSCRIPTION_PREFIX)}"
    if sort == _RECIPIENTS:
        return f"who is told of seller {rest}"
    if kind in {"WAITING", "DELIVERY"}:
        return f"a delivery of order {placed_delivery(sort)[2]}"
    named = {"PACKAGE": f"package {last}", "ORDER": f"order {rest}", "CANCELLATION": "a cancellation"}
    return named.get(kind, "an item")


def named_credential(key: Key) -> str:
    """The key of the credential whose item it is."""
    return key[PARTITION].removeprefix(CREDENTIAL_PREFIX)


def pointed_credential(pointer: Mapping[str, Any]) -> str:
    """The key of the credential that such an item says there is."""
    return str(pointer[SORT]).removeprefix(CREDENTIAL_PREFIX)


def shard(key: Key) -> int:
    """The partition of the index of due work that an item stands in."""
    return crc32(f"{key[PARTITION]}/{key[SORT]}".encode()) % DUE_SHARDS


_TRACK, _CIRCUIT, _RECIPIENTS = "TRACK#", "CIRCUIT#", "RECIPIENTS"


def subscription_of(key: Key) -> str | None:
    """The webhook whose track or circuit it is; None for other items."""
    partition = key[PARTITION]
    if partition.startswith((_TRACK, _CIRCUIT)):
        return partition.partition("#")[2]
    return None


def _key(partition: str, sort: str) -> Key:
    return {PARTITION: partition, SORT: sort}
