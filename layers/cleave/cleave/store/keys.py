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
SELLER_PREFIX = "SELLER#"
SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"
# The sparse index of what is accepted or happened and not yet worked off; its keys are PENDING and WAITING_SINCE.
PENDING_INDEX = "pending"
PENDING = "pending"
WAITING_SINCE = "waiting_since"
# One index partition takes 1,000 writes a second: these take all that a minute's reconcile could ever work off.
_PENDING_SHARDS = 8

# Sequence numbers are padded so that they sort as text; an order with more events than this has other problems.
_SEQUENCE_DIGITS = 8


def package(seller_id: int, package_id: int) -> Key:
    """A package with its lines and what waits to be taken out of it."""
    return _key(f"PACKAGE#{seller_id}#{package_id}", "PACKAGE")


def cancellation(cancellation_id: str) -> Key:
    """An accepted cancellation; its id is what makes it happen once."""
    return _key(f"CANCELLATION#{cancellation_id}", "CANCELLATION")


def order(seller_id: int, order_number: str) -> Key:
    """One seller's part of an order: the event counter and the live packages."""
    return _key(order_partition(order_number), f"{SELLER_PREFIX}{seller_id}")


def order_partition(order_number: str) -> str:
    """The partition of all that belongs to an order, of all its sellers."""
    return f"ORDER#{order_number}"


def order_package(seller_id: int, order_number: str, package_id: int) -> Key:
    """Says that the order has, or had, the package."""
    return _key(order_partition(order_number), f"{order_package_prefix(seller_id)}{package_id}")


def order_package_prefix(seller_id: int) -> str:
    """Begins the sort keys of all packages of a seller's order."""
    return f"PACKAGE#{seller_id}#"


def event(seller_id: int, order_number: str, sequence: int) -> Key:
    """Something that the order's subscribers are told."""
    return _key(order_partition(order_number), f"EVENT#{seller_id}#{sequence:0{_SEQUENCE_DIGITS}}")


def subscription(seller_id: int, subscription_id: str) -> Key:
    """A webhook of a seller."""
    return _key(subscription_partition(seller_id), f"{SUBSCRIPTION_PREFIX}{subscription_id}")


def subscription_count(seller_id: int) -> Key:
    """How many webhooks a seller has."""
    return _key(subscription_partition(seller_id), "COUNT")


def subscription_partition(seller_id: int) -> str:
    """The partition of all webhooks of a seller."""
    return f"SELLER#{seller_id}"


def delivery(subscription_id: str, order_number: str, sequence: int) -> Key:
    """One event on its way to one webhook."""
    return _key(f"DELIVERY#{subscription_id}", f"{order_number}#{sequence:0{_SEQUENCE_DIGITS}}")


def pending(of: str) -> str:
    """The index partition in which something waits. What has to be worked off in order has the same ``of``."""
    return f"PENDING#{crc32(of.encode()) % _PENDING_SHARDS}"


def pending_partitions() -> list[str]:
    """All partitions of the index."""
    return [f"PENDING#{shard}" for shard in range(_PENDING_SHARDS)]


def credential(key: str) -> Key:
    """An API key or client id, with its secret's hash."""
    return _key(f"CREDENTIAL#{key}", "CREDENTIAL")


def _key(partition: str, sort: str) -> Key:
    return {PARTITION: partition, SORT: sort}
