"""The keys of subscriptions and their owners, of deliveries, tracks and circuits."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from cleave.store import keys
from cleave.table.requests import Key

# Sort keys that a partition has once.
CIRCUIT = "CIRCUIT"
OWNER = "OWNER"
# The partition of the index ``created`` that lists all webhooks; no seller's partition has this name.
SUBSCRIPTIONS = "subscriptions"
_TRACK, _CIRCUIT, _WAITING = "TRACK#", "CIRCUIT#", "WAITING#"
_MS_DIGITS = 14


def recipients(seller_id: int) -> Key:
    """The recipients of a seller's events."""
    return keys.make_key(f"SELLER#{seller_id}", keys.RECIPIENTS)


def subscription(owner: str, subscription_id: str) -> Key:
    """A webhook. ``owner`` is ``seller:…`` or ``channel:…``."""
    return keys.make_key(subscriber(owner), f"{keys.SUBSCRIPTION_PREFIX}{subscription_id}")


def subscribed(key: Key) -> str | None:
    """An item's webhook; None for other items."""
    sort = key[keys.SORT]
    return sort.removeprefix(keys.SUBSCRIPTION_PREFIX) if sort.startswith(keys.SUBSCRIPTION_PREFIX) else None


def owner(name: str) -> Key:
    """How many webhooks an owner has, and whether it has ended."""
    return keys.make_key(subscriber(name), OWNER)


def owner_of(key: Key) -> str | None:
    """An item's owner; None for other items."""
    return key[keys.PARTITION].partition("#")[2] if key[keys.SORT] == OWNER else None


def subscription_place(at_ms: int, subscription_id: str) -> int:
    """Where a webhook stands in the list of all: by the time when it was made, and no two in the same place."""
    return keys.place(at_ms, crc32(subscription_id.encode()))


def subscription_at(key: Key) -> tuple[str, str]:
    """The owner and the id of a webhook's key."""
    return key[keys.PARTITION].partition("#")[2], key[keys.SORT].removeprefix(keys.SUBSCRIPTION_PREFIX)


def subscriber(owner: str) -> str:
    """The partition of an owner's webhooks."""
    return f"SUBSCRIBER#{owner}"


def waiting(subscription_id: str, track: int, delivery_place: str) -> Key:
    """A delivery that waits."""
    return keys.make_key(waiting_partition(subscription_id, track), delivery_place)


def waiting_partition(subscription_id: str, track: int) -> str:
    """The partition of the deliveries that wait on one track of a webhook, oldest first."""
    return f"{_WAITING}{subscription_id}#{track}"


def is_waiting(item: Mapping[str, Any]) -> bool:
    """Whether it is a delivery that waits; of all others every message was taken or given up."""
    return str(item[keys.PARTITION]).startswith(_WAITING)


def settled(subscription_id: str, delivery_place: str) -> Key:
    """A delivery of which every message was taken or given up."""
    return keys.make_key(settled_partition(subscription_id), delivery_place)


def settled_partition(subscription_id: str) -> str:
    """The partition of all settled deliveries of a webhook, oldest first."""
    return f"DELIVERY#{subscription_id}"


def event_place(at_ms: int, seller_id: int, order_number: str) -> str:
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
    return keys.make_key(attempt_partition(subscription_id), f"{attempt_prefix(delivery_place, message)}{attempt_ms}")


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
    """A track of a webhook: its holder, and when it has work."""
    return keys.make_key(track_partition(subscription_id), str(number))


def is_track(key: Key) -> bool:
    return key[keys.PARTITION].startswith(_TRACK)


def track_partition(subscription_id: str) -> str:
    """The partition of all tracks of a webhook."""
    return f"{_TRACK}{subscription_id}"


def circuit(subscription_id: str) -> Key:
    """Exists while a webhook's receiver fails."""
    return keys.make_key(f"{_CIRCUIT}{subscription_id}", CIRCUIT)


def subscription_of(key: Key) -> str | None:
    """The webhook of a track or circuit; None for other items."""
    partition = key[keys.PARTITION]
    if partition.startswith((_TRACK, _CIRCUIT)):
        return partition.partition("#")[2]
    return None
