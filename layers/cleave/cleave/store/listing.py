"""The two indexes of packages: which packages a seller has, in the order of a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleave.domain.package import Package, Status
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.packages import stored_package
from cleave.store.table import IndexQuery, Table


@dataclass(frozen=True, slots=True)
class Listing:
    """A seller's packages of a storefront, in one of ``statuses``; none given: in any."""

    seller_id: int
    storefront: str
    statuses: frozenset[Status]

    def holds(self, item: Item) -> bool:
        """Whether a package's item is one of them."""
        partition = keys.listing(self.seller_id, self.storefront)
        return item[keys.LISTING] == partition and (not self.statuses or item["status"] in self.statuses)


@dataclass(frozen=True, slots=True)
class Span:
    """Places of an index, both ends included."""

    first: int
    last: int

    @staticmethod
    def between(start_ms: int, end_ms: int | None) -> "Span":
        """All places from one millisecond to another, both included; ``end_ms`` None: to the last of all."""
        last = keys.LAST_PLACE if end_ms is None else keys.place(end_ms + 1, 0) - 1
        return Span(keys.place(start_ms, 0), last)


def places(
    table: Table, listing: Listing, span: Span, *, by: str, descending: bool, limit: int | None = None
) -> Iterator[int]:
    """The places of packages in the index ``by`` (``keys.BY_MODIFIED`` or ``keys.BY_CREATED``), in their order.

    ``limit`` is how many the caller will take, so that no more are read for it. 10,000 fit one round trip. The index
    is eventually consistent.
    """
    if span.first > span.last:
        return
    statuses = {f"s{n}": status.value for n, status in enumerate(sorted(listing.statuses))}
    query = IndexQuery(
        index=by,
        condition="#listing = :listing AND #by BETWEEN :first AND :last",
        projection="#by",
        names={"listing": keys.LISTING, "by": by} | ({"status": "status"} if statuses else {}),
        values={
            "listing": keys.listing(listing.seller_id, listing.storefront),
            "first": span.first,
            "last": span.last,
            **statuses,
        },
        descending=descending,
        only=f"#status IN ({', '.join(f':{name}' for name in statuses)})" if statuses else None,
        limit=None if statuses else limit,  # DynamoDB counts before it filters
    )
    for taken, entry in enumerate(table.query_index(query), start=1):
        yield int(entry[by]["N"])
        if taken == limit:
            return


def read_places(table: Table, listing: Listing, wanted: Sequence[int]) -> list[Package]:
    """The packages in the places, as they are now and in the order given, each once.

    One that has left the listing's statuses since the index was read is left out.
    """
    ids = list(dict.fromkeys(keys.package_id_at(each) for each in wanted))
    items = table.batch_get([keys.package(listing.seller_id, package_id) for package_id in ids])
    found = {int(item["package_id"]): item for item in items if listing.holds(item)}
    return [stored_package(found[package_id]).package for package_id in ids if package_id in found]
