"""The facts that decide a claim, read from a package's item without opening its document."""

from collections.abc import Sequence

from cleave.domain.availability import Availability
from cleave.domain.cancellation import PackageRef
from cleave.domain.status import CANCELLABLE, status_word
from cleave.store import keys, order_keys
from cleave.store.formats import in_order, read_with, text
from cleave.store.reservations import WAITING, planned_of
from cleave.table.attributes import Item
from cleave.table.table import Table

CANCELLABLE_VALUES = {f"status_{position}": status for position, status in enumerate(sorted(CANCELLABLE))}


def to_availability(item: Item) -> Availability:
    """The facts that decide a claim, from a package's item. Raises Unreadable."""
    return read_with(_availability, item)


def _availability(item: Item) -> Availability:
    package_id = package_id_of(item)
    return Availability(
        package_id=package_id,
        order_number=text(item["order_number"]),
        storefront=order_keys.listed(item[keys.LISTING])[1],
        status=status_word(item["status"]),
        left={int(line_id): int(quantity) for line_id, quantity in item["left"].items()},
        waiting=len(item[WAITING].keys()),
        chain_id=int(item.get("chain", package_id)),
        successor_ids=in_order(item.get("successor_ids", [])),
        planned_ids=planned.package_ids if (planned := planned_of(item)) else (),
        followed="followed" in item,
    )


def read_availability(table: Table, refs: Sequence[PackageRef]) -> dict[PackageRef, Availability | None]:
    """The facts that decide claims on the packages, None for a missing package; strongly consistent."""
    items = {item[keys.PARTITION]: item for item in table.batch_get([order_keys.package(*ref) for ref in refs])}
    found = {ref: items.get(order_keys.package(*ref)[keys.PARTITION]) for ref in refs}
    return {ref: None if item is None else to_availability(item) for ref, item in found.items()}


def package_id_of(item: Item) -> int:
    return int(item[keys.PARTITION].rpartition("#")[2])


def seller_id_of(item: Item) -> int:
    """The seller of a package's item."""
    return order_keys.listed(item[keys.LISTING])[0]
