"""Whether a package can be kept, whatever its seller does with it later."""

from collections.abc import Sequence

from cleave.domain.order import LivePackage, Order
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.documents import pack
from cleave.store.orders import live_size

# A split into 26 packages writes each of them and its event, beside the old one, its parent and the order, in one
# transaction of at most 4 MB; one package with the marks of 50 cancellations must fit an item of 400 KB.
_KILOBYTES = 64
# An order keeps the lines of its live packages in one item, of which DynamoDB allows 400 KB: two splits of one order
# that are accepted at once, and so do not see each other, fit it together.
MAX_LIVE_BYTES = 192 * 1024


def check_fits(package: Package, field: str | None) -> None:
    """Raise Refusal for a package that could be stored, and then not be split. ``field`` is for the refusal."""
    if len(pack(package)) > _KILOBYTES * 1024:
        message = f"package {package.package_id} may have {_KILOBYTES} KB compressed"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)


def check_order_fits(order: Order, live: Sequence[LivePackage], most: int, field: str | None = None) -> None:
    """Raise Refusal if the order cannot keep these live packages within ``most`` bytes."""
    if live_size(live) > most:
        message = f"order {order.order_number} would have more lines in live packages than can be kept together"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)
