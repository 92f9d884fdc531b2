"""The statuses of packages and lines, and the actions that each allows."""

from enum import StrEnum


class Status(StrEnum):
    """The life of a package, in the marketplace's words."""

    AWAITING = "Awaiting"
    CREATED = "Created"
    PICKING = "Picking"
    INVOICED = "Invoiced"
    SHIPPED = "Shipped"
    AT_COLLECTION_POINT = "AtCollectionPoint"
    DELIVERED = "Delivered"
    UNDELIVERED = "UnDelivered"
    RETURNED = "Returned"
    CANCELLED = "Cancelled"
    UNSUPPLIED = "UnSupplied"
    UNPACKED = "UnPacked"
    VERIFIED = "Verified"


# Once the carrier has the package, nobody can take units out of it.
CANCELLABLE: frozenset[str] = frozenset({Status.CREATED, Status.PICKING, Status.INVOICED})
# A package in one of these has no live units: they are cancelled, or live in its successors.
CLOSED: frozenset[str] = frozenset({Status.CANCELLED, Status.UNPACKED})
# A line in one of these was cancelled, in every package that shows it.
CANCELLED_LINE: frozenset[str] = frozenset({Status.CANCELLED, Status.UNSUPPLIED})
# A line in one of these is still with its seller.
NOT_LEFT: frozenset[str] = CANCELLABLE | {Status.AWAITING}

_BY_FOLDED = {status.casefold(): status for status in Status}


def status_word(text: str) -> str:
    """The known status of that name, in any letter case, with or without underscores.

    An unknown word is returned unchanged: marketplaces add some each year.
    """
    return _BY_FOLDED.get(text.casefold().replace("_", ""), text)
