"""The stored packages that an import or a report is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cleave.domain.package_state import Export, PackageState
from cleave.store import order_keys
from cleave.store.availability import package_id_of
from cleave.store.formats import read_with
from cleave.store.packages import to_export, to_state
from cleave.table.attributes import Item
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class KnownPackage:
    """A stored package, which is unpacked on demand; ``export`` describes its last export."""

    item: Item
    export: Export | None

    @property
    def state(self) -> PackageState:
        """Raises Unreadable."""
        return to_state(self.item)


def read_of_sellers(table: Table, seller_ids: Iterable[int], package_id: int) -> list[PackageState]:
    """The packages with that id, of these sellers; strongly consistent. Raises Unreadable."""
    items = table.batch_get([order_keys.package(each, package_id) for each in sorted(seller_ids)])
    return [to_state(item) for item in items]


def delivered_by_seller(table: Table, seller_id: int, number: int) -> int | None:
    """The package that its seller delivers under a number; strongly consistent."""
    item = table.get(order_keys.tracking_number(seller_id, number))
    return None if item is None else read_with(lambda found: int(found["package_id"]), item)


def read_known(table: Table, seller_id: int, package_ids: Sequence[int]) -> dict[int, KnownPackage]:
    """The packages that exist; strongly consistent."""
    items = table.batch_get([order_keys.package(seller_id, each) for each in package_ids])
    return {package_id_of(item): KnownPackage(item, to_export(item)) for item in items}
