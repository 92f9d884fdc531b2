"""Find a seller's packages, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.listing import Listing, Span, places, read_places
from cleave.store.orders import order_package_ids
from cleave.store.packages import stored_package
from cleave.store.table import Table


@dataclass(frozen=True, slots=True)
class PackageQuery:
    """Packages of one order, packages by id, both (those of the order among the ids), or neither: all of them.

    ``by`` is the index that ``span`` lies in and that orders the packages.
    """

    listing: Listing
    order_number: str | None
    package_ids: tuple[int, ...]
    by: str
    span: Span
    descending: bool
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class FoundPackages:
    """One page of ``total`` packages."""

    total: int
    packages: Sequence[Package]


def find_packages(table: Table, query: PackageQuery) -> FoundPackages:
    """The query's page. By time and then by id, so that a page is the same whenever nothing changed."""
    if query.order_number is None and not query.package_ids:
        return _browse(table, query)
    return _look_up(table, query)


def _browse(table: Table, query: PackageQuery) -> FoundPackages:
    """The whole span is read for its exact total: one round trip for each 10,000 packages, then the page's own."""
    found = list(places(table, query.listing, query.span, by=query.by, descending=query.descending))
    start = query.page * query.size
    return FoundPackages(len(found), read_places(table, query.listing, found[start : start + query.size]))


def _look_up(table: Table, query: PackageQuery) -> FoundPackages:
    found = [item for item in _candidates(table, query) if _is_wanted(query, item)]
    found.sort(key=lambda item: int(item[query.by]), reverse=query.descending)
    start = query.page * query.size
    page = [stored_package(item).package for item in found[start : start + query.size]]
    return FoundPackages(len(found), page)


def _candidates(table: Table, query: PackageQuery) -> Sequence[Item]:
    seller_id = query.listing.seller_id
    if query.order_number is None:
        return _read(table, seller_id, query.package_ids)
    of_order = order_package_ids(table, seller_id, query.order_number)
    if query.package_ids:
        return _read(table, seller_id, [each for each in of_order if each in query.package_ids])
    return _whole_order(table, seller_id, of_order)


def _whole_order(table: Table, seller_id: int, package_ids: Sequence[int]) -> Sequence[Item]:
    """With the packages that a split made since we read of the others: one that is closed is not shown without its
    successors."""
    found: dict[int, Item] = {}
    while package_ids:
        items = _read(table, seller_id, package_ids)
        found |= {int(item["package_id"]): item for item in items}
        successors = [int(successor) for item in items for successor in item["successor_ids"]]
        package_ids = [each for each in successors if each not in found]
    return list(found.values())


def _read(table: Table, seller_id: int, package_ids: Sequence[int]) -> Sequence[Item]:
    return table.batch_get([keys.package(seller_id, each) for each in dict.fromkeys(package_ids)])


def _is_wanted(query: PackageQuery, item: Item) -> bool:
    return query.listing.holds(item) and query.span.first <= item[query.by] <= query.span.last
