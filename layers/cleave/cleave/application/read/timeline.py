"""The story of an order, read back: its packages, what was cancelled, what happened, who was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cleave.application.read.cancellation import FollowedCancellation, follow_cancellations
from cleave.application.read.deliveries import DeliveryRow, rows_of
from cleave.domain.events import EventNote
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.domain.subscription import Subscription
from cleave.store.cancellations import read_cancellations
from cleave.store.events import EventSummary, read_summaries
from cleave.store.orders import order_package_ids, read_orders
from cleave.store.packages import read_some_states
from cleave.store.subscriptions import read_owned, read_told_of
from cleave.table.table import Table

# One round trip, and with their cancellations and lines far below the 6 MB that Lambda answers with.
PACKAGES_AT_ONCE = 100
# Of documents to open, as they are stored: twenty of the largest packages, two seconds of a small function's processor.
BYTES_AT_ONCE = 400_000
# Each is about 300 bytes of an answer, of which Lambda hands on 6 MB.
MOST_DELIVERIES = 2_000


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
class TimelinePlace:
    """Where a page begins: after this package and this event of the seller's part of the order."""

    seller_id: int = 0
    package_id: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One seller's part of an order, or what of it is on a page.

    ``cancellations`` are those that wait on, or were applied to, one of ``packages``. ``unreadable`` are ids of
    packages whose items are damaged.
    """

    seller_id: int
    packages: Sequence[PackageState]
    cancellations: Sequence[FollowedCancellation]
    events: Sequence[EventNote]
    deliveries: Sequence[DeliveryRow]
    unreadable: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``then`` None: there is no more."""

    parts: Sequence[Part] = field(default_factory=list)
    then: TimelinePlace | None = None


def read_timeline(table: Table, order_number: str, viewer: Viewer, start: TimelinePlace, size: int) -> TimelinePage:
    """Up to ``size`` events and PACKAGES_AT_ONCE packages from ``start`` on, one seller after the other.

    Raises Refusal where there is nothing that the viewer may see.
    """
    sellers = [each for each in _sellers(table, order_number, viewer) if each >= start.seller_id]
    parts: list[Part] = []
    then: TimelinePlace | None = None
    for following, seller_id in enumerate(sellers, start=1):
        part, then = _part(table, order_number, viewer, _place_in(seller_id, start), size)
        parts += [part] if part.packages or part.events else []
        if then is None and _is_full(parts, size) and following < len(sellers):
            then = TimelinePlace(sellers[following])
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


def _place_in(seller_id: int, start: TimelinePlace) -> TimelinePlace:
    return start if start.seller_id == seller_id else TimelinePlace(seller_id)


def _is_full(parts: Iterable[Part], size: int) -> bool:
    packages, events = 0, 0
    for part in parts:
        packages, events = packages + len(part.packages), events + len(part.events)
    return packages >= PACKAGES_AT_ONCE or events >= size


def _part(
    table: Table, order_number: str, viewer: Viewer, start: TimelinePlace, size: int
) -> tuple[Part, TimelinePlace | None]:
    """With it, where the next page begins, None if the part is at its end."""
    seller_id = start.seller_id
    ids = sorted(each for each in order_package_ids(table, seller_id, order_number) if each > start.package_id)
    if not ids and not start.package_id:
        return Part(seller_id, (), (), (), ()), None
    page = _packages(table, seller_id, ids)
    packages = [each for each in page.states if viewer.sees(each.package.storefront)]
    recorded = read_cancellations(table, [name for each in packages for name in _named(each)])
    cancellations = follow_cancellations(table, recorded, packages)
    summaries = _summaries(table, seller_id, order_number, start.sequence + 1, size)
    happened = [note for each in summaries for note in each.notes if note.sequence > start.sequence]
    events = happened[:size]
    shown = [event for event in events if viewer.sees(event.storefront)]
    rows = _deliveries(table, order_number, viewer, seller_id, summaries)
    visible = {event.sequence for event in shown}
    deliveries = [row for row in rows if visible & set(row.sequences)]
    part = Part(seller_id, packages, cancellations, shown, deliveries, page.unreadable)
    if len(happened) <= size and page.last_id == max(ids, default=0):
        return part, None
    last = max((event.sequence for event in events), default=start.sequence)
    return part, TimelinePlace(seller_id, page.last_id or start.package_id, last)


def _summaries(table: Table, seller_id: int, order_number: str, first: int, size: int) -> list[EventSummary]:
    """Whole events, with at least one package more than ``size`` if there are more."""
    found: list[EventSummary] = []
    count = 0
    for each in read_summaries(table, seller_id, order_number, first):
        found.append(each)
        count += sum(note.sequence >= first for note in each.notes)
        if count > size:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Packages:
    """The first of a seller's packages, as many as a page takes; ``last_id`` was looked at last, 0 for none."""

    states: Sequence[PackageState]
    unreadable: Sequence[int]
    last_id: int


def _packages(table: Table, seller_id: int, package_ids: Sequence[int]) -> _Packages:
    wanted = package_ids[:PACKAGES_AT_ONCE]
    states, unreadable, last_id = read_some_states(table, seller_id, wanted, BYTES_AT_ONCE)
    return _Packages(states, unreadable, last_id or max(wanted, default=0))


def _named(state: PackageState) -> Iterable[str]:
    """The cancellations that wait on a package, or were applied to it."""
    yield from (waiting.cancellation_id for waiting in state.reservations)
    yield from (line.cancelled.cancellation_id for line in state.package.lines if line.cancelled)


def _deliveries(
    table: Table, order_number: str, viewer: Viewer, seller_id: int, summaries: Sequence[EventSummary]
) -> list[DeliveryRow]:
    """Of the events, to the webhooks that the viewer may see. Raises Refusal where they are too many."""
    rows: list[DeliveryRow] = []
    for subscription in _subscriptions(table, viewer, seller_id):
        told = [each for each in summaries if subscription.subscription_id in each.told]
        rows += rows_of(table, subscription, seller_id, order_number, [each.at for each in told])
        if len(rows) > MOST_DELIVERIES:
            message = f"the events have more than {MOST_DELIVERIES} deliveries; ask for fewer events at once"
            raise Refusal(RefusalCode.ANSWER_TOO_LARGE, message, field=Place.PAGE_SIZE)
    return rows


def _subscriptions(table: Table, viewer: Viewer, seller_id: int) -> list[Subscription]:
    if viewer.everybody:
        return read_told_of(table, seller_id)
    owned = [] if viewer.owner is None else read_owned(table, viewer.owner)
    return [each for each in owned if seller_id in each.sellers]
