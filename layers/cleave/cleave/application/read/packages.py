"""Find a seller's packages, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleave.domain.listing import By, Listing, Sought
from cleave.store.listing import FoundPackages, Span, places, read_packages, read_places
from cleave.store.orders import order_package_ids
from cleave.table.limits import BATCH_GET_KEYS
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class PackageQuery:
    """Packages of one order, packages by id, both (those of the order among the ids), or neither: all packages.

    ``looked_for`` filters named packages, ``listing`` all packages; it is None if packages are named. They are listed
    ``by`` a time, from ``start_ms`` to ``end_ms`` (epoch ms, both included; None: no end).
    """

    looked_for: Sought
    listing: Listing | None
    order_number: str | None
    package_ids: tuple[int, ...]
    by: By
    start_ms: int
    end_ms: int | None
    descending: bool
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class PackagePage:
    """One page of ``total`` packages."""

    total: int
    packages: FoundPackages


def find_packages(table: Table, query: PackageQuery) -> PackagePage:
    """The query's page, sorted by time and then by id, so a page stays the same as long as nothing changes."""
    return _look_up(table, query) if query.listing is None else _browse(table, query, query.listing)


def _browse(table: Table, query: PackageQuery, listing: Listing) -> PackagePage:
    """Read the whole span for the exact total, a round trip for each 10,000 packages, then the page's packages."""
    span = Span.between(query.start_ms, query.end_ms)
    found = list(places(table, listing, span, by=query.by, descending=query.descending))
    start = query.page * query.size
    return PackagePage(len(found), read_places(table, listing, found[start : start + query.size]))


def _look_up(table: Table, query: PackageQuery) -> PackagePage:
    span = Span.between(query.start_ms, query.end_ms)
    named = _named_ids(table, query)
    are_few = len(named) <= BATCH_GET_KEYS  # of more, only the page's packages are read whole
    candidates = _candidates(table, query, named, to_be_shown=are_few)
    found = candidates.within(span, query.by).sorted_by(query.by, descending=query.descending)
    page = found.part(query.page * query.size, query.size)
    whole = page if are_few else page.read_again(read_packages(table, query.looked_for, page.ids))
    return PackagePage(len(found), whole)


def _named_ids(table: Table, query: PackageQuery) -> Sequence[int]:
    if query.order_number is None:
        return query.package_ids
    of_order = order_package_ids(table, query.looked_for.seller_id, query.order_number)
    return [each for each in of_order if each in query.package_ids] if query.package_ids else of_order


def _candidates(table: Table, query: PackageQuery, named: Sequence[int], *, to_be_shown: bool) -> FoundPackages:
    """The named packages. With those of a whole order come those that a split made since its packages were named: a
    closed package is shown with its successors."""
    sought = query.looked_for
    if query.order_number is None or query.package_ids:
        return read_packages(table, sought, named, to_be_shown=to_be_shown)
    any_status = replace(sought, statuses=frozenset())
    found = FoundPackages()
    package_ids = named
    while package_ids:
        found = found.together(read_packages(table, any_status, package_ids, to_be_shown=to_be_shown))
        known = set(found.ids)
        package_ids = [each for each in found.successor_ids if each not in known]
    return found.held_by(sought)
