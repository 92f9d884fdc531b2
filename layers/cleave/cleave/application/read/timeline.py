"""An order's story: its packages, cancellations, events and deliveries."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from cleave.application.read.cancellation import follow_cancellations
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow, Row, rows_of_events
from cleave.application.read.timeline_page import (
    Damaged,
    Extent,
    Part,
    TimelinePage,
    TimelinePlace,
    Viewer,
)
from cleave.domain.events import EventNote
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import Subscription
from cleave.store.cancellations import read_cancellations
from cleave.store.events import DamagedEvent, EventSummary, read_summaries
from cleave.store.orders import order_package_ids, order_sellers
from cleave.store.packages import read_some_states
from cleave.store.subscriptions import FoundSubscriptions, read_owned, read_told_of
from cleave.table.table import Table

# Stored bytes to open: twenty of the largest packages, which take a small function two seconds.
BYTES_AT_ONCE = 400_000
# Each takes about 300 bytes of an answer, and Lambda answers with 6 MB at most.
MOST_DELIVERIES = 2_000

type _Summary = EventSummary | DamagedEvent


def read_timeline(
    table: Table, order_number: str, viewer: Viewer, start: TimelinePlace, extent: Extent
) -> TimelinePage:
    """One page from ``start`` on, one seller after the other.

    Raises Refusal if there is nothing that the viewer may see.
    """
    sellers = [each for each in _sellers(table, order_number, viewer) if each >= start.seller_id]
    parts: list[Part] = []
    then: TimelinePlace | None = None
    for following, seller_id in enumerate(sellers, start=1):
        part, then = _part(table, order_number, viewer, _place_in(seller_id, start), extent)
        parts += [] if part.is_empty else [part]
        if then is None and _is_full(parts, extent) and following < len(sellers):
            then = TimelinePlace(sellers[following])
        if then is not None:
            break
    if not parts and then is None:
        raise Refusal(RefusalCode.ORDER_NOT_FOUND, "there is no such order")
    return TimelinePage(parts, then)


def _sellers(table: Table, order_number: str, viewer: Viewer) -> Sequence[int]:
    """A single seller need not be looked up: without packages, it has no part."""
    if viewer.sellers is not None and len(viewer.sellers) == 1:
        return list(viewer.sellers)
    found = order_sellers(table, order_number)
    return [each for each in found if viewer.sellers is None or each in viewer.sellers]


def _place_in(seller_id: int, start: TimelinePlace) -> TimelinePlace:
    return start if start.seller_id == seller_id else TimelinePlace(seller_id)


def _is_full(parts: Iterable[Part], extent: Extent) -> bool:
    packages, events = 0, 0
    for part in parts:
        packages, events = packages + len(part.packages), events + len(part.events)
    return packages >= extent.packages or events >= extent.events


def _part(
    table: Table, order_number: str, viewer: Viewer, start: TimelinePlace, extent: Extent
) -> tuple[Part, TimelinePlace | None]:
    """The part, and where the next page begins; None at the part's end."""
    seller_id = start.seller_id
    ids = sorted(each for each in order_package_ids(table, seller_id, order_number) if each > start.package_id)
    if not ids and not start.package_id:
        return Part(seller_id, (), (), (), ()), None
    page = _packages(table, seller_id, ids[: extent.packages])
    packages = [each for each in page.states if viewer.sees(each.package.storefront)]
    recorded, lost = read_cancellations(table, [name for each in packages for name in _named(each)])
    told = _told(table, order_number, viewer, start, extent.events)
    shown, deliveries = _visible(told, viewer)
    part = Part(
        seller_id=seller_id,
        packages=packages,
        cancellations=follow_cancellations(table, recorded, packages),
        events=shown,
        deliveries=deliveries[:MOST_DELIVERIES],
        unreadable=page.unreadable,
        damaged=[*lost, *told.damaged],
        left_out=max(len(deliveries) - MOST_DELIVERIES, 0),
    )
    if told.is_end and page.last_id == max(ids, default=0):
        return part, None
    return part, TimelinePlace(seller_id, page.last_id or start.package_id, told.last or start.sequence)


def _visible(told: "_Told", viewer: Viewer) -> tuple[list[EventNote], list[DeliveryRow]]:
    """The events that the viewer may see, with their deliveries."""
    shown = [note for note in told.notes if viewer.sees(note.storefront)]
    sequences = {note.sequence for note in shown}
    return shown, [row for row in told.deliveries if sequences & set(row.sequences)]


@dataclass(frozen=True, slots=True)
class _Told:
    """Events from a place on, as many as a page takes, with their deliveries. ``last`` is the number of the last one, 0
    for none; ``is_end``: no more follow."""

    notes: Sequence[EventNote]
    deliveries: Sequence[DeliveryRow]
    damaged: Sequence[Damaged]
    last: int
    is_end: bool


def _told(table: Table, order_number: str, viewer: Viewer, start: TimelinePlace, size: int) -> _Told:
    summaries = _summaries(table, start.seller_id, order_number, start.sequence + 1, size)
    webhooks = _subscriptions(table, viewer, start.seller_id)
    fitting = _with_few_deliveries(summaries, {each.subscription_id for each in webhooks.subscriptions})
    happened = [note for each in fitting for note in each.notes if note.sequence > start.sequence]
    shown = happened[:size]
    last = max((note.sequence for note in shown), default=0)
    events = [each for each in fitting if isinstance(each, EventSummary) and each.first <= last]
    rows = _deliveries(table, order_number, webhooks.subscriptions, start.seller_id, events)
    return _Told(
        notes=[note for note in shown if isinstance(note, EventNote)],
        deliveries=[row for row in rows if isinstance(row, DeliveryRow)],
        damaged=[
            *webhooks.damaged,
            *(note.why for note in shown if isinstance(note, DamagedEvent)),
            *(row for row in rows if isinstance(row, DamagedRow)),
        ],
        last=last,
        is_end=len(happened) <= size and len(fitting) == len(summaries),
    )


def _summaries(table: Table, seller_id: int, order_number: str, first: int, size: int) -> list[_Summary]:
    """Whole events, with at least one package more than ``size`` if there are more."""
    found: list[_Summary] = []
    count = 0
    for each in read_summaries(table, seller_id, order_number, first):
        found.append(each)
        count += sum(note.sequence >= first for note in each.notes)
        if count > size:
            break
    return found


def _with_few_deliveries(summaries: Sequence[_Summary], subscription_ids: Container[str]) -> list[_Summary]:
    """The first of the events, at least one, as many as have room for their deliveries on a page."""
    found: list[_Summary] = []
    deliveries = 0
    for each in summaries:
        told = each.told if isinstance(each, EventSummary) else {}
        deliveries += sum(telling.count for name, telling in told.items() if name in subscription_ids)
        if found and deliveries > MOST_DELIVERIES:
            break
        found.append(each)
    return found


@dataclass(frozen=True, slots=True)
class _Packages:
    """The first of a seller's packages, as far as their sizes allow; ``last_id`` is the last one read, 0 for none."""

    states: Sequence[PackageState]
    unreadable: Sequence[int]
    last_id: int


def _packages(table: Table, seller_id: int, wanted: Sequence[int]) -> _Packages:
    states, unreadable, last_id = read_some_states(table, seller_id, wanted, BYTES_AT_ONCE)
    return _Packages(states, unreadable, last_id or max(wanted, default=0))


def _named(state: PackageState) -> Iterable[str]:
    """The cancellations that are reserved on a package or were applied to it."""
    yield from (waiting.cancellation_id for waiting in state.reservations)
    yield from (line.cancelled.cancellation_id for line in state.package.lines if line.cancelled)


def _deliveries(
    table: Table,
    order_number: str,
    subscriptions: Iterable[Subscription],
    seller_id: int,
    summaries: Sequence[EventSummary],
) -> list[Row]:
    rows: list[Row] = []
    for subscription in subscriptions:
        times = [each.at for each in summaries if subscription.subscription_id in each.told]
        rows += rows_of_events(table, subscription, seller_id, order_number, times)
    return rows


def _subscriptions(table: Table, viewer: Viewer, seller_id: int) -> FoundSubscriptions:
    """Of one that is damaged nobody knows whether it is about the seller."""
    if viewer.everybody:
        return read_told_of(table, seller_id)
    owned = FoundSubscriptions() if viewer.owner is None else read_owned(table, viewer.owner)
    return replace(owned, subscriptions=[each for each in owned.subscriptions if seller_id in each.sellers])
