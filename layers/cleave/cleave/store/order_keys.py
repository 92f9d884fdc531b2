"""The keys of packages, orders, events and cancellations, and of the numbers of their shipments."""

from collections.abc import Mapping
from typing import Any

from cleave.store import keys
from cleave.table.requests import Key

SELLER_PREFIX = "SELLER#"
PACKAGE_PREFIX = "PACKAGE#"
# The sort key that a package's partition has once.
PACKAGE = "PACKAGE"
# Sequence numbers are padded so that they sort as text; an order with more events than this has other problems.
_SEQUENCE_DIGITS = 8


def package(seller_id: int, package_id: int) -> Key:
    """A package with its lines and reservations."""
    return keys.make_key(f"PACKAGE#{seller_id}#{package_id}", PACKAGE)


def tracking_number(seller_id: int, number: int) -> Key:
    """Names the package that its seller delivers under a number."""
    return keys.make_key(f"TRACKING#{seller_id}#{number}", "TRACKING")


def number_blocks() -> Key:
    """Counts the leased tracking numbers."""
    return keys.make_key("RANGE#TRACKING", "RANGE")


def listing(seller_id: int, storefront: str) -> str:
    """The partition, in both indexes of packages, of a seller's packages in a storefront."""
    return f"{seller_id}#{storefront}"


def listed(text: str) -> tuple[int, str]:
    """The seller and the storefront of such a partition."""
    seller_id, _, storefront = text.partition("#")
    return int(seller_id), storefront


def cancellation(cancellation_id: str) -> Key:
    """An accepted cancellation; its id makes it happen once."""
    return keys.make_key(f"CANCELLATION#{cancellation_id}", "CANCELLATION")


def order(seller_id: int, order_number: str) -> Key:
    """One seller's part of an order: its counters, its live packages, and its subscribers' last message numbers."""
    return keys.make_key(order_partition(order_number), f"{SELLER_PREFIX}{seller_id}")


def event_prefix(seller_id: int) -> str:
    """Begins the sort keys of all events of a seller's order."""
    return f"{keys.EVENT_PREFIX}{seller_id}#"


def order_part_of(item: Mapping[str, Any]) -> tuple[int, str] | None:
    """The seller and the order of an item that is a seller's part of an order or a package; None for other items, and
    for a package that does not say its order."""
    partition, sort = str(item[keys.PARTITION]), str(item[keys.SORT])
    if sort == PACKAGE:
        number = item.get("order_number")
        return (int(partition.split("#")[1]), number) if isinstance(number, str) else None
    if sort.startswith(SELLER_PREFIX):
        return int(sort.removeprefix(SELLER_PREFIX)), partition.partition("#")[2]
    return None


def created_order(channel: str, order_number: str) -> Key:
    """Records that a channel created the order, and from which content."""
    return keys.make_key(order_partition(order_number), f"CREATED#{channel}")


def order_partition(order_number: str) -> str:
    """The partition of all items of an order, of all its sellers."""
    return f"ORDER#{order_number}"


def order_package(seller_id: int, order_number: str, package_id: int) -> Key:
    """Lists a package that the order has or had."""
    return keys.make_key(order_partition(order_number), f"{order_package_prefix(seller_id)}{package_id}")


def order_package_prefix(seller_id: int) -> str:
    """Begins the sort keys of all packages of a seller's order."""
    return f"{PACKAGE_PREFIX}{seller_id}#"


def placed_package(text: str) -> tuple[int, int]:
    """The seller and the package in such a sort key."""
    _, seller_id, package_id = text.split("#")
    return int(seller_id), int(package_id)


def event_place(seller_id: int, first: int) -> str:
    """The sort key of an event of an order, by the number of its first package."""
    return f"{keys.EVENT_PREFIX}{seller_id}#{first:0{_SEQUENCE_DIGITS}}"


def event(seller_id: int, order_number: str, first: int) -> Key:
    """An event for the order's subscribers."""
    return keys.make_key(order_partition(order_number), event_place(seller_id, first))
