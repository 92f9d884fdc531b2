"""Whether a package or an order fits into the table, also after everything that its seller may do with it later."""

from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.store.documents import exported_size, pack
from cleave.store.orders import order_size
from cleave.table.limits import ITEM_BYTES, KILOBYTE, TRANSACTION_BYTES

# A split into 26 packages is one transaction: it writes each of them with its event, the old package, its parent and
# the order. And a package with 50 reservations must fit into an item.
MAX_IMPORTED_PACKAGE_BYTES = TRANSACTION_BYTES // 64
# Later exports have a quarter more: each status and each split leave a time in the package's history.
MAX_PACKAGE_BYTES = MAX_IMPORTED_PACKAGE_BYTES * 5 // 4
# What all exports of a package said, uncompressed: memory, answers and messages hold it so. One export has at most
# 256 KB, and some of it is kept twice.
_EXPORTED_BYTES = 640 * KILOBYTE
# Packages and events of a split, compressed; the rest is for the parent, which may fill an item.
_SPLIT_BYTES = TRANSACTION_BYTES - ITEM_BYTES - ITEM_BYTES // 8
# Bytes of an order's item for lines, uncompressed; the rest is for its subscribers' message numbers.
MAX_ORDER_BYTES = ITEM_BYTES * 3 // 4
# Bytes of an order when a package is imported: less than its limit, because the seller may split it further.
MAX_IMPORTED_BYTES = MAX_ORDER_BYTES // 2


def check_package_fits(package: Package, field: str | Place | None, most: int = MAX_IMPORTED_PACKAGE_BYTES) -> None:
    """Raise Refusal for a package that could be stored but not split or told later. ``field`` is for the refusal,
    ``most`` in bytes, compressed."""
    if exported_size(package) > _EXPORTED_BYTES:
        message = f"package {package.package_id} may have {_EXPORTED_BYTES // KILOBYTE} KB of fields in all its exports"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)
    if len(pack([package])) > most:
        message = f"package {package.package_id} may have {most // KILOBYTE} KB compressed"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)


def check_split_fits(package: Package, parts: int, field: str | None = None) -> None:
    """Raise Refusal for a split that one transaction cannot write. A package grows a little with each split that it
    comes from, and with later exports; each part is written twice, as a package and in an event."""
    size = len(pack([package]))
    if 2 * size * (parts + 1) > _SPLIT_BYTES:
        message = f"package {package.package_id} of {size // KILOBYTE} KB compressed cannot be split into {parts}"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)


def check_order_fits(order: Order, most: int, field: str | Place | None = None) -> None:
    """Raise Refusal if the order, with all accepted work that is not done yet, would take more than ``most`` bytes."""
    if order_size(order) > most:
        message = f"order {order.order_number} would have more lines in live packages than can be kept together"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)
