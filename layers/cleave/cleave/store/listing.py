"""The two indexes of packages: a seller's packages in the order of a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cleave.domain.listing import By, Extent, Listing, Sought, UnreadablePackage
from cleave.domain.package import Package
from cleave.store import keys, order_keys
from cleave.store.availability import package_id_of
from cleave.store.documents import checked, unfold
from cleave.store.formats import FORMAT, Unreadable, in_order, read_with
from cleave.store.package_rows import Folded
from cleave.store.packages import WAYS, way_of
from cleave.table.attributes import Item
from cleave.table.requests import IndexQuery
from cleave.table.table import Table

_INDEXES = {By.MODIFIED: keys.BY_MODIFIED, By.CREATED: keys.BY_CREATED}
_SUCCESSORS = "successor_ids"
# What a list reads of a package's item. The counts of its lines and its reservations take more memory than all that.
_FACTS = (keys.PARTITION, keys.SORT, FORMAT, "status", WAYS, keys.LISTING, *_INDEXES.values(), _SUCCESSORS)
_SHOWN = (*_FACTS, "document")


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
class FoundPackage:
    """A package whose lines are made only if there is room to show them."""

    item: Item
    folded: Folded
    extent: Extent

    def whole(self) -> Package | UnreadablePackage:
        """With its lines."""
        return self._made(self.folded.package)

    def without_lines(self) -> Package | UnreadablePackage:
        """As if it had none."""
        return self._made(self.folded.without_lines)

    def _made(self, make: Callable[[], Package]) -> Package | UnreadablePackage:
        try:
            return read_with(lambda _: checked(make()), self.item)
        except Unreadable:
            return UnreadablePackage(package_id_of(self.item))


@dataclass(frozen=True, slots=True)
class FoundPackages:
    """Packages as they are stored. Each is unfolded on demand, because an answer may hold hundreds of them."""

    items: Sequence[Item] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[FoundPackage | UnreadablePackage]:
        return map(_unfolded, self.items)

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

    def read_again(self, whole: "FoundPackages") -> "FoundPackages":
        """These packages in their order, as they are among others that were read since."""
        found = dict(zip(whole.ids, whole.items, strict=True))
        return FoundPackages([found[each] for each in self.ids if each in found])

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
    items = table.batch_get([order_keys.package(listing.seller_id, package_id) for package_id in ids], _SHOWN)
    found = {package_id_of(item): item for item in items if is_listed(listing, item)}
    return FoundPackages([found[package_id] for package_id in ids if package_id in found])


def read_packages(
    table: Table, sought: Sought, package_ids: Sequence[int], *, to_be_shown: bool = True
) -> FoundPackages:
    """The packages that exist and match the search, in no particular order.

    Those that are not ``to_be_shown`` can be sorted and counted, but not unfolded: an order may have thousands.
    """
    wanted = [order_keys.package(sought.seller_id, each) for each in dict.fromkeys(package_ids)]
    return FoundPackages(table.batch_get(wanted, _SHOWN if to_be_shown else _FACTS)).held_by(sought)


def _successor_ids(item: Item) -> Sequence[int]:
    try:
        return read_with(lambda known: in_order(known.get(_SUCCESSORS, [])), item)
    except Unreadable:
        return ()


def _unfolded(item: Item) -> FoundPackage | UnreadablePackage:
    try:
        return read_with(_found, item)
    except Unreadable:
        return UnreadablePackage(package_id_of(item))


def _found(item: Item) -> FoundPackage:
    in_order(item.get(_SUCCESSORS, []))
    (folded,) = unfold(bytes(item["document"]))
    return FoundPackage(item, folded, folded.extent())
