"""Ids that Cleave makes. They are derived from their cause, so a replay makes the same ones.

All are below 2**53: clients read ids as JSON numbers, and JavaScript's are exact only up to there.
"""

from hashlib import blake2b
from urllib.parse import quote

_PACKAGE_ID_BASE = 1_000_000_000_000_000
_PACKAGE_ID_SPAN = 5_000_000_000_000_000
# Tracking numbers have another range than package ids. They are not derived: one counter leases each of them once.
TRACKING_NUMBERS = range(8_000_000_000_000_000, 9_000_000_000_000_000)
_LINE_SPAN = 90_000_000_000_000
MAX_ORDER_ITEMS = 100


def successor_id(seller_id: int, parent_id: int, version: int, position: int, attempt: int) -> int:
    """Id of a package made from the seller's ``parent_id`` as it was at ``version``.

    ``position`` tells the successors of one split apart. ``attempt`` counts the ids that were taken already, so a
    collision leads to another id and overwrites nothing.
    """
    return _PACKAGE_ID_BASE + _digest("package", seller_id, parent_id, version, position, attempt) % _PACKAGE_ID_SPAN


def order_package_id(order_number: str, seller_id: int, attempt: int) -> int:
    """Id of the package that a new order makes for a seller; ``attempt`` as in ``successor_id``."""
    return _PACKAGE_ID_BASE + _digest("order", order_number, seller_id, attempt) % _PACKAGE_ID_SPAN


def order_line_id(order_number: str, seller_id: int, position: int) -> int:
    """Id of the line for the item at ``position`` (below MAX_ORDER_ITEMS) of a new order.

    The ids of one order differ, because its items count on from one number.
    """
    first = 1 + _digest("line", order_number, seller_id) % _LINE_SPAN
    return first * MAX_ORDER_ITEMS + position


def cancel_id(seller_id: int, order_number: str, sequence: int, part: int) -> int:
    """HepsiGlobal's key for the cancel of one line in an event, from the whole range of ids."""
    return 1 + _digest("cancel", seller_id, order_number, sequence, part) % (2**53 - 1)


def order_in_id(order_number: str) -> str:
    """An order's number as a part of a message's id.

    It has no hyphen, because that separates the parts: otherwise two messages could have the same id. It is ASCII,
    because the id is sent in a header, and has no full stop, because that separates the id from the time in the signed
    text.
    """
    return quote(order_number, safe="").replace(".", "%2E").replace("-", "%2D")


def _digest(*parts: str | int) -> int:
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
