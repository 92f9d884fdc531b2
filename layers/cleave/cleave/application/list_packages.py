"""Find a seller's packages."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.orders import order_package_ids
from cleave.store.packages import stored_package
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class PackageQuery:
    """Packages of one order, or packages by id; both: those of the order among the ids."""

    seller_id: int
    storefront: str
    order_number: str | None
    package_ids: tuple[int, ...]
    page: int
    size: int


def find_packages(table: Table, query: PackageQuery) -> list[Package]:
    """All packages that the query is for, whatever its page: last modified first, then the higher id."""
    ids: Sequence[int] = query.package_ids
    if query.order_number is not None:
        of_order = order_package_ids(table, query.seller_id, query.order_number)
        ids = [each for each in of_order if not query.package_ids or each in query.package_ids]
    items = table.batch_get([keys.package(query.seller_id, package_id) for package_id in dict.fromkeys(ids)])
    packages = [stored_package(item).package for item in items if item["storefront"] == query.storefront]
    return sorted(packages, key=lambda package: (package.modified_at, package.package_id), reverse=True)
