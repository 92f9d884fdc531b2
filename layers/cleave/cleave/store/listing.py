"""The two indexes of packages: a seller's packages in the order of a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleave.domain.listing import By, Listing, Sought, UnreadablePackage
from cleave.domain.package import Package
from cleave.store import keys, order_keys
from cleave.store.availability import package_id_of, to_availability
from cleave.store.formats import Unreadable
from cleave.store.packages import WAYS, to_state, way_of
from cleave.table.attributes import Item
from cleave.table.requests import IndexQuery
from cleave.table.table import Table

_INDEXES = {By.MODIFIED: keys.BY_MODIFIED, By.CREATED: keys.BY_CREATED}


@dataclass(frozen=True, slots=True)
class Span:
    """A range of places in an index, both ends included."""

    first: int
    last: int

    @staticmethod
    def between(start_ms: int, end_ms: int | None) -> "Span":
        """All places from one millisecond to another, both included; ``end_ms`` None: no end."""
        last = keys.LAST_PLACE if end_ms is None else keys.place(end_ms + 1, 0) - 1
        return Span(keys.place(start_ms, 0), last)


@dataclass(frozen=True, slots=True)
class FoundPackages:
    """Packages as they are stored. Each is opened on demand, because an answer may hold hundreds of them."""

    items: Sequence[Item] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Package | UnreadablePackage]:
        return map(_opened, self.items)

    @property
    def ids(self) -> list[int]:
        return [package_id_of(item) for item in self.items]

    @property
    def successor_ids(self) -> list[int]:
        """The successors of the replaced packages that can be read."""
        return [each for item in self.items for each in _successor_ids(item)]

    def held_by(self, sought: Sought) -> "FoundPackages":
        return FoundPackages([item for item in self.items if is_sought(sought, item)])

    def within(self, span: Span, by: By) -> "FoundPackages":
        """The packages in the span of an index."""
        return FoundPackages([item for item in self.items if span.first <= item.get(_INDEXES[by], -1) <= span.last])

    def sorted_by(self, by: By, *, descending: bool) -> "FoundPackages":
        """The packages in the order of an index."""
        return FoundPackages(sorted(self.items, key=lambda item: int(item.get(_INDEXES[by], 0)), reverse=descending))

    def part(self, start: int, count: int) -> "FoundPackages":
        """So many packages, from a position on."""
        return FoundPackages(self.items[start : start + count])

    def together(self, others: "FoundPackages") -> "FoundPackages":
        """These and other packages, each once."""
        known = set(self.ids)
        return FoundPackages([*self.items, *(each for each in others.items if package_id_of(each) not in known)])


def is_listed(listing: Listing, item: Item) -> bool:
    """Whether a package's item matches the listing; a damaged one may not show it."""
    partition = order_keys.listing(listing.seller_id, listing.storefront)
    if item.get(keys.LISTING) != partition:
        return False
    if not listing.statuses or item.get("status") in listing.statuses:
        return True
    return listing.of_lines and any(way_of(each) in item.get(WAYS, "") for each in listing.statuses)


def is_sought(sought: Sought, item: Item) -> bool:
    """Whether a package's item matches the search."""
    storefront = order_keys.listed(item[keys.LISTING])[1] if keys.LISTING in item else None
    seen = not sought.storefronts or storefront in sought.storefronts
    return seen and (not sought.statuses or item.get("status") in sought.statuses)


def places(
    table: Table, listing: Listing, span: Span, *, by: By, descending: bool, limit: int | None = None
) -> Iterator[int]:
    """The places of packages in the index ``by``, in order.

    ``limit`` is how many the caller will use, so no more are read. 10,000 fit one round trip. The index is eventually
    consistent.
    """
    if span.first > span.last:
        return
    query = _query(listing, span, by, descending=descending, limit=limit)
    for taken, entry in enumerate(table.query_index(query), start=1):
        yield int(entry[_INDEXES[by]]["N"])
        if taken == limit:
            return


def _query(listing: Listing, span: Span, by: By, *, descending: bool, limit: int | None) -> IndexQuery:
    statuses = {f"s{n}": str(status) for n, status in enumerate(sorted(listing.statuses))}
    ways = {f"w{name}": way_of(status) for name, status in statuses.items()} if listing.of_lines else {}
    only = [f"#status IN ({', '.join(f':{name}' for name in statuses)})"] if statuses else []
    only += [f"contains(#{WAYS}, :{name})" for name in ways]
    return IndexQuery(
        index=_INDEXES[by],
        condition="#listing = :listing AND #by BETWEEN :first AND :last",
        projection="#by",
        names={"listing": keys.LISTING, "by": _INDEXES[by]}
        | ({"status": "status"} if statuses else {})
        | ({WAYS: WAYS} if ways else {}),
        values={
            "listing": order_keys.listing(listing.seller_id, listing.storefront),
            "first": span.first,
            "last": span.last,
            **statuses,
            **ways,
        },
        descending=descending,
        only=" OR ".join(only) or None,
        limit=None if statuses else limit,  # DynamoDB counts before it filters
    )


def read_places(table: Table, listing: Listing, wanted: Sequence[int]) -> FoundPackages:
    """The packages at the places, as they are now and in the given order, each once.

    A package that has left the listing's statuses since the index was read is left out.
    """
    ids = list(dict.fromkeys(keys.package_id_at(each) for each in wanted))
    items = table.batch_get([order_keys.package(listing.seller_id, package_id) for package_id in ids])
    found = {package_id_of(item): item for item in items if is_listed(listing, item)}
    return FoundPackages([found[package_id] for package_id in ids if package_id in found])


def read_packages(table: Table, sought: Sought, package_ids: Sequence[int]) -> FoundPackages:
    """The packages that exist and match the search, in no particular order."""
    items = table.batch_get([order_keys.package(sought.seller_id, each) for each in dict.fromkeys(package_ids)])
    return FoundPackages(items).held_by(sought)


def _successor_ids(item: Item) -> Sequence[int]:
    try:
        return to_availability(item).successor_ids
    except Unreadable:
        return ()


def _opened(item: Item) -> Package | UnreadablePackage:
    try:
        return to_state(item).package
    except Unreadable:
        return UnreadablePackage(package_id_of(item))
