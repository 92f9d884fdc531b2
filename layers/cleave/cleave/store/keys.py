"""The keys of the table; no other module writes one. docs/architecture.md lists the items behind them.

The seller is part of every key that a seller's request can name: what belongs to somebody else and what does not
exist are the same missing item.
"""

type Key = dict[str, str]

PARTITION = "pk"
SORT = "sk"
# The ``kind`` attribute of events, by which the stream's filter lets them through.
EVENT = "event"
SELLER_PREFIX = "SELLER#"
SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"

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


def credential(key: str) -> Key:
    """An API key or client id, with its secret's hash."""
    return _key(f"CREDENTIAL#{key}", "CREDENTIAL")


def _key(partition: str, sort: str) -> Key:
    return {PARTITION: partition, SORT: sort}
