"""The story of an order, read back: its packages, what was cancelled, what happened, who was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from cleave.application.event_deliveries import deliveries_between
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import EventNote
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store import keys
from cleave.store.orders import order_package_ids, read_event_notes, read_orders
from cleave.store.packages import StoredPackage, stored_package
from cleave.store.recorded import RecordedCancellation, read_cancellations
from cleave.store.subscriptions import read_owned, read_told_of
from cleave.store.table import Table

# One round trip, and with their cancellations and lines far below the 6 MB that Lambda answers with.
PACKAGES_AT_ONCE = 100
# Of documents to open, as they are stored: twenty of the largest packages, two seconds of a small function's processor.
BYTES_AT_ONCE = 400_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. ``sellers`` None: all; ``storefront`` None: any.

    ``owner`` is whose webhooks are shown, None for nobody's; ``everybody`` for all that are told of the seller.
    """

    sellers: frozenset[int] | None
    storefront: str | None = None
    owner: str | None = None
    everybody: bool = False

    def sees(self, storefront: str) -> bool:
        """Whether what is of that storefront."""
        return self.storefront in {None, storefront}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this package and this event of the seller's part of the order."""

    seller_id: int = 0
    package_id: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One seller's part of an order, or what of it is on a page.

    ``cancellations`` are those that wait on, or were applied to, one of ``packages``.
    """

    seller_id: int
    packages: Sequence[StoredPackage]
    cancellations: Sequence[RecordedCancellation]
    events: Sequence[EventNote]
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``then`` None: there is no more."""

    parts: Sequence[Part] = field(default_factory=list)
    then: Place | None = None


def read_timeline(table: Table, order_number: str, viewer: Viewer, start: Place, size: int) -> TimelinePage:
    """Up to ``size`` events and PACKAGES_AT_ONCE packages from ``start`` on, one seller after the other.

    Raises Refusal where there is nothing that the viewer may see.
    """
    sellers = [each for each in _sellers(table, order_number, viewer) if each >= start.seller_id]
    parts: list[Part] = []
    then: Place | None = None
    for following, seller_id in enumerate(sellers, start=1):
        part, then = _part(table, order_number, viewer, _place_in(seller_id, start), size)
        parts += [part] if part.packages or part.events else []
        if then is None and _is_full(parts, size) and following < len(sellers):
            then = Place(sellers[following])
        if then is not None:
            break
    if not parts and then is None:
        raise Refusal(RefusalCode.ORDER_NOT_FOUND, "there is no such order")
    return TimelinePage(parts, then)


def _sellers(table: Table, order_number: str, viewer: Viewer) -> Sequence[int]:
    """One alone need not be looked up: without packages, there is no such part."""
    if viewer.sellers is not None and len(viewer.sellers) == 1:
        return list(viewer.sellers)
    found = sorted(order.seller_id for order in read_orders(table, order_number))
    return [each for each in found if viewer.sellers is None or each in viewer.sellers]


def _place_in(seller_id: int, start: Place) -> Place:
    return start if start.seller_id == seller_id else Place(seller_id)


def _is_full(parts: Iterable[Part], size: int) -> bool:
    packages, events = 0, 0
    for part in parts:
        packages, events = packages + len(part.packages), events + len(part.events)
    return packages >= PACKAGES_AT_ONCE or events >= size


def _part(table: Table, order_number: str, viewer: Viewer, start: Place, size: int) -> tuple[Part, Place | None]:
    """With it, where the next page begins, None if the part is at its end."""
    seller_id = start.seller_id
    ids = sorted(each for each in order_package_ids(table, seller_id, order_number) if each > start.package_id)
    if not ids and not start.package_id:
        return Part(seller_id, (), (), (), ()), None
    found, last_id = _packages(table, seller_id, ids)
    packages = [each for each in found if viewer.sees(each.package.storefront)]
    cancellations = read_cancellations(table, [name for each in packages for name in _named(each)])
    first = start.sequence + 1
    happened = read_event_notes(table, seller_id, order_number, first, first + size)  # one more than are shown
    events = [event for event in happened[:size] if viewer.sees(event.storefront)]
    part = Part(seller_id, packages, cancellations, events, _deliveries(table, order_number, viewer, seller_id, events))
    if len(happened) <= size and last_id == max(ids, default=0):
        return part, None
    last = max((event.sequence for event in happened[:size]), default=start.sequence)
    return part, Place(seller_id, last_id or start.package_id, last)


def _packages(table: Table, seller_id: int, package_ids: Sequence[int]) -> tuple[list[StoredPackage], int]:
    """The first of the packages, as many as a page takes, and the last id that was looked at; 0 for none."""
    wanted = package_ids[:PACKAGES_AT_ONCE]
    items = table.batch_get([keys.package(seller_id, each) for each in wanted])
    items.sort(key=lambda item: int(item["package_id"]))
    sizes = list(accumulate(len(item["document"]) for item in items))
    fitting = max(1, sum(size <= BYTES_AT_ONCE for size in sizes))
    packages = [stored_package(item) for item in items[:fitting]]
    return packages, packages[-1].package.package_id if fitting < len(items) else max(wanted, default=0)


def _named(stored: StoredPackage) -> Iterable[str]:
    """The cancellations that wait on a package, or were applied to it."""
    yield from (waiting.cancellation_id for waiting in stored.reservations)
    yield from (line.cancelled.cancellation_id for line in stored.package.lines if line.cancelled)


def _deliveries(
    table: Table, order_number: str, viewer: Viewer, seller_id: int, events: Sequence[EventNote]
) -> list[Delivery]:
    """Of the events, to the webhooks that the viewer may see."""
    if not events:
        return []
    if viewer.everybody:
        subscriptions = read_told_of(table, seller_id)
    else:
        subscriptions = [] if viewer.owner is None else read_owned(table, viewer.owner)
    lanes = [Lane(each.subscription_id, seller_id, order_number) for each in subscriptions if seller_id in each.sellers]
    if not lanes:
        return []
    shown = {event.sequence for event in events}
    found = deliveries_between(table, lanes, events[0].sequence, events[-1].sequence)
    return [each for each in found if each.event_sequence in shown]
