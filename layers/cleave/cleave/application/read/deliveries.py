"""A subscription's deliveries, settled and waiting, message by message."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby

from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow, Row, rows_at, rows_of_delivery
from cleave.application.subscribe.webhooks import find_webhook
from cleave.domain.delivery import Attempt, DeliveryState
from cleave.domain.events import track_of
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import Subscription
from cleave.store.attempts import read_attempts
from cleave.store.deliveries import (
    place_of,
    places_between,
    read_delivery,
    read_settled,
    read_waiting,
)
from cleave.store.delivery_items import Listed
from cleave.store.events import told_places
from cleave.table.table import Table

# A request reads so many deliveries at most and leaves the rest to the next page.
_LOOKED_AT = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message of a subscription: the sort key of its delivery, and its place in it."""

    place: str
    message: int


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Messages that match every filter that is not None, of events from ``since`` to before ``until``, oldest first.

    ``answer`` is the last status code or kind of failure. ``after`` is where the last page ended.
    """

    state: DeliveryState | None = None
    answer: str | None = None
    order_number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: MessageRef | None = None
    size: int = 50

    def fits(self, row: DeliveryRow) -> bool:
        """Checks all filters except those of place."""
        answer = None if row.outcome is None else row.outcome.answer
        return (
            (self.state is None or row.state is self.state)
            and (self.answer is None or answer == self.answer)
            and (self.order_number is None or row.delivery.lane.order_number == self.order_number)
        )


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """``next_after`` None: there are no more. ``damaged`` are deliveries that cannot be read."""

    rows: Sequence[DeliveryRow]
    next_after: MessageRef | None
    damaged: Sequence[DamagedRow] = ()


def list_deliveries(table: Table, owner: str, subscription_id: str, query: DeliveryQuery) -> DeliveryPage:
    """One page, which may be short or empty without being the last. Raises Refusal."""
    subscription = find_webhook(table, owner, subscription_id)
    found: list[DeliveryRow] = []
    damaged: list[DamagedRow] = []
    last: MessageRef | None = None
    for looked_at, row in enumerate(_candidates(table, subscription, query)):
        if len(found) + len(damaged) == query.size or looked_at == _LOOKED_AT:
            return DeliveryPage(found, last, damaged)
        last = MessageRef(row.place, row.message)
        if isinstance(row, DamagedRow):
            damaged += [row] if query.order_number in {None, row.order_number} else []
        elif query.fits(row):
            found.append(row)
    return DeliveryPage(found, None, damaged)


def _candidates(table: Table, subscription: Subscription, query: DeliveryQuery) -> Iterator[Row]:
    """Rows in order of their places, found by the narrowest query."""
    first, last = places_between(query.since, query.until)
    after = query.after
    start = first if after is None else max(first, after.place)
    for row in _all_rows(table, subscription, query, start, last):
        is_shown_before = after is not None and (row.place, row.message) <= (after.place, after.message)
        if not is_shown_before and first < row.place < last:
            yield row


def _all_rows(table: Table, subscription: Subscription, query: DeliveryQuery, start: str, last: str) -> Iterator[Row]:
    """From the delivery at ``start`` on, which may have been shown in part."""
    places = None if query.order_number is None else _told_places(table, subscription, query.order_number)
    if places is not None:
        return rows_at(table, subscription, places)
    waiting = merge(*_tracks(table, subscription, start, last), key=place_of)
    if query.state is DeliveryState.WAITING:
        return (row for each in waiting for row in rows_of_delivery(each, None))
    settled = _pages(table, subscription, start, last)
    return _joined(waiting, settled)


def _tracks(table: Table, subscription: Subscription, start: str, last: str) -> list[Iterator[Listed]]:
    return [_waiting(table, subscription, number, start, last) for number in range(subscription.tracks)]


def _waiting(table: Table, subscription: Subscription, number: int, start: str, last: str) -> Iterator[Listed]:
    after = _before(start)
    while page := read_waiting(table, subscription.subscription_id, number, after, _PAGE):
        yield from (each for each in page if place_of(each) < last)
        after = place_of(page[-1])
        if len(page) < _PAGE or after >= last:
            return


def _pages(table: Table, subscription: Subscription, start: str, last: str) -> Iterator[Listed]:
    after = _before(start)
    while page := read_settled(table, subscription.subscription_id, after, last, _PAGE):
        yield from page
        after = place_of(page[-1])


def _before(start: str) -> str:
    """A sort key before the delivery at ``start``, and after at most a few others that were shown already."""
    return start[:-1]


def _joined(waiting: Iterable[Listed], settled: Iterable[Listed]) -> Iterator[Row]:
    """Both in order of their places. If a delivery is in both, the settled one counts unless a person asked for it
    again."""
    merged = merge(
        ((each, False) for each in waiting), ((each, True) for each in settled), key=lambda e: place_of(e[0])
    )
    for _, together in groupby(merged, key=lambda entry: place_of(entry[0])):
        found = {is_settled: each for each, is_settled in together}
        yield from rows_of_delivery(found.get(False), found.get(True))


def _told_places(table: Table, subscription: Subscription, order_number: str) -> list[tuple[int, str]] | None:
    """By what the order's events say of the subscription: their deliveries' places follow from them. None where one of
    the events cannot be read: then they are looked for among all."""
    places: list[tuple[int, str]] = []
    for seller_id in sorted(subscription.sellers):
        track = track_of(seller_id, order_number, subscription.tracks)
        named = told_places(table, seller_id, order_number, subscription.subscription_id)
        if named is None:
            return None
        places += [(track, place) for place in named]
    return sorted(places, key=lambda each: each[1])


def find_delivery(table: Table, owner: str, subscription_id: str, ref: MessageRef) -> tuple[Row, list[Attempt]]:
    """A message with its failed requests; the successful one is its outcome. Raises Refusal."""
    subscription = find_webhook(table, owner, subscription_id)
    row = _find(table, subscription, ref)
    if row is None:
        raise Refusal(RefusalCode.DELIVERY_NOT_FOUND, "there is no such delivery")
    return row, read_attempts(table, subscription_id, ref.place, ref.message)


def _find(table: Table, subscription: Subscription, ref: MessageRef) -> Row | None:
    try:
        _, seller_id, order_number = ref.place.split("#", 2)
        track = track_of(int(seller_id), order_number, subscription.tracks)
    except ValueError:
        return None
    waiting, settled = read_delivery(table, subscription.subscription_id, track, ref.place)
    for row in rows_of_delivery(waiting, settled):
        if isinstance(row, DamagedRow):
            return replace(row, message=ref.message)
        if row.message == ref.message:
            return row
    return None
