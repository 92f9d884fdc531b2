"""The keys of the table; no other module writes one. docs/architecture.md lists the items behind them.

The seller is part of every key that a seller's request can name: what belongs to somebody else and what does not
exist are the same missing item.
"""

from zlib import crc32

type Key = dict[str, str]

PARTITION = "pk"
SORT = "sk"
# The ``kind`` attribute of events, by which the stream's filter lets them through.
EVENT = "event"
# Begins every sort key of what is due.
DUE_PREFIX = "DUE#"
SELLER_PREFIX = "SELLER#"
_EVENT_PREFIX = "EVENT#"
SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"
# The partition that lists all credentials, and how its sort keys begin.
CREDENTIALS = "CREDENTIALS"
CREDENTIAL_PREFIX = "CREDENTIAL#"
# The sparse index of what is accepted or happened and not yet worked off; its keys are PENDING and WAITING_SINCE.
PENDING_INDEX = "pending"
PENDING = "pending"
WAITING_SINCE = "waiting_since"
# One index partition takes 1,000 writes a second: these take all that a minute's reconcile could ever work off.
_PENDING_SHARDS = 8

# The two indexes of packages: all of a seller's in a storefront, each with a sort key of its own.
LISTING = "listing"
BY_MODIFIED = "modified"
BY_CREATED = "created"

# Sequence numbers are padded so that they sort as text; an order with more events than this has other problems.
_SEQUENCE_DIGITS = 8
# More than any id: below 2**53, as docs/architecture.md promises.
_ID_SPAN = 10**16
# Behind every package: the wire takes no time after the year 9999.
LAST_PLACE = 10**15 * _ID_SPAN
_MS_DIGITS = 14
# Every delivery reads its receiver's circuit, so the circuits are spread; the sweep reads each shard.
DUE_SHARDS = 8


def package(seller_id: int, package_id: int) -> Key:
    """A package with its lines and what waits to be taken out of it."""
    return _key(f"PACKAGE#{seller_id}#{package_id}", "PACKAGE")


def listing(seller_id: int, storefront: str) -> str:
    """The partition, in both indexes of packages, of a seller's packages in a storefront."""
    return f"{seller_id}#{storefront}"


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
    """One seller's part of an order: the event counter and the live packages."""
    return _key(order_partition(order_number), f"{SELLER_PREFIX}{seller_id}")


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
    return f"PACKAGE#{seller_id}#"


def event_place(seller_id: int, sequence: int) -> str:
    """The sort key of an event of an order."""
    return f"{_EVENT_PREFIX}{seller_id}#{sequence:0{_SEQUENCE_DIGITS}}"


def event(seller_id: int, order_number: str, sequence: int) -> Key:
    """Something that the order's subscribers are told."""
    return _key(order_partition(order_number), event_place(seller_id, sequence))


def is_event(key: Key) -> bool:
    """Whether it is one of those."""
    return key[SORT].startswith(_EVENT_PREFIX)


def subscription(owner: str, subscription_id: str) -> Key:
    """A webhook. ``owner`` is ``seller:…`` or ``channel:…``."""
    return _key(subscriber(owner), f"{SUBSCRIPTION_PREFIX}{subscription_id}")


def channel_pointer(seller_id: int, subscription_id: str) -> Key:
    """Says that a channel's webhook is told of this seller."""
    return _key(subscription_partition(seller_id), f"{SUBSCRIPTION_PREFIX}{subscription_id}")


def status_change(owner: str, subscription_id: str, at_ms: int) -> Key:
    """Says that a webhook was turned on or off."""
    return _key(subscriber(owner), f"{status_change_prefix(subscription_id)}{slot_time(at_ms)}")


def status_change_prefix(subscription_id: str) -> str:
    """Begins the sort keys of all status changes of a webhook."""
    return f"TURNED#{subscription_id}#"


def subscription_count(owner: str) -> Key:
    """How many webhooks an owner has."""
    return _key(subscriber(owner), "COUNT")


def subscription_partition(seller_id: int) -> str:
    """The partition of all webhooks that are told of a seller."""
    return subscriber(f"seller:{seller_id}")


def subscriber(owner: str) -> str:
    """The partition of an owner's webhooks."""
    return f"SUBSCRIBER#{owner}"


def lane(subscription_id: str, seller_id: int, order_number: str) -> Key:
    """The events of one seller's order to one webhook: how far they are, and when each was queued."""
    return _key(f"LANE#{subscription_id}", f"{seller_id}#{order_number}")


def delivery(subscription_id: str, slot: str) -> Key:
    """One message for one webhook; ``slot`` sorts by time, and along a lane."""
    return _key(delivery_partition(subscription_id), slot)


def delivery_partition(subscription_id: str) -> str:
    """The partition of all deliveries of a webhook, oldest first."""
    return f"DELIVERY#{subscription_id}"


def waiting(subscription_id: str, track: int, slot: str) -> Key:
    """Says that a delivery waits."""
    return _key(waiting_partition(subscription_id, track), slot)


def waiting_partition(subscription_id: str, track: int) -> str:
    """The partition of what waits on one track of a webhook, oldest first."""
    return f"WAITING#{subscription_id}#{track}"


def slot(queued_ms: int, seller_id: int, order_number: str, number: int) -> str:
    """The sort key of a delivery."""
    return f"{slot_time(queued_ms)}#{seller_id}#{order_number}#{number:0{_SEQUENCE_DIGITS}}"


def slot_time(queued_ms: int) -> str:
    """How the sort keys of deliveries queued at a time begin."""
    return f"{queued_ms:0{_MS_DIGITS}}"


def attempt(subscription_id: str, slot: str, attempt_ms: int) -> Key:
    """One request to a receiver."""
    return _key(f"ATTEMPT#{subscription_id}", f"{slot}#{slot_time(attempt_ms)}")


def attempt_partition(subscription_id: str) -> str:
    """The partition of all attempts of a webhook."""
    return f"ATTEMPT#{subscription_id}"


def track(subscription_id: str, track_number: int) -> Key:
    """Who drains a track of a webhook, and whether somebody was asked to."""
    return _key(f"TRACK#{subscription_id}", str(track_number))


def circuit(subscription_id: str) -> Key:
    """Exists while a webhook's receiver fails."""
    return _key(due_partition(_due_shard(subscription_id)), f"{DUE_PREFIX}{subscription_id}#PROBE")


def parked(subscription_id: str, track_number: int) -> Key:
    """Says when a track has something to do again, where that is too far away for the queue."""
    return _key(due_partition(_due_shard(subscription_id)), f"{DUE_PREFIX}{subscription_id}#{track_number}")


def due_partition(shard: int) -> str:
    """One of the DUE_SHARDS partitions that the sweep looks through."""
    return f"DUE#{shard}"


def _due_shard(subscription_id: str) -> int:
    return crc32(subscription_id.encode()) % DUE_SHARDS


def pending(of: str) -> str:
    """The index partition in which something waits. What has to be worked off in order has the same ``of``."""
    return f"PENDING#{crc32(of.encode()) % _PENDING_SHARDS}"


def pending_partitions() -> list[str]:
    """All partitions of the index."""
    return [f"PENDING#{shard}" for shard in range(_PENDING_SHARDS)]


def credential(key: str) -> Key:
    """An API key or client id, with its secrets' hashes."""
    return _key(f"{CREDENTIAL_PREFIX}{key}", "CREDENTIAL")


def credential_pointer(key: str) -> Key:
    """Says that there is such a credential; only its operators look here."""
    return _key(CREDENTIALS, f"{CREDENTIAL_PREFIX}{key}")


def _key(partition: str, sort: str) -> Key:
    return {PARTITION: partition, SORT: sort}
