"""What was sent to a subscription, what of it waits, and sending it again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.application.subscriptions import find
from cleave.application.wake import Doorbell, wake_track
from cleave.clock import to_ms
from cleave.domain.delivery import TRACKS, Delivery, DeliveryState, Lane, Slot
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import Subscription
from cleave.store import keys
from cleave.store.attempts import Attempt, read_attempts
from cleave.store.deliveries import (
    delivery_page,
    read_deliveries,
    read_lanes,
    slot_of,
    sort_key,
    wait_again,
    waiting_page,
)
from cleave.store.table import Table
from cleave.store.tracks import Wake

# A request looks at so many deliveries at most, and leaves the rest to the next page.
_LOOKED_AT = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Deliveries that fit all that is not None, queued from ``since`` to before ``until``, oldest first.

    ``answer`` is the last status code or kind of failure. ``after`` is where the last page ended.
    """

    state: DeliveryState | None = None
    answer: str | None = None
    order_number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    size: int = 50

    def fits(self, delivery: Delivery) -> bool:
        """All filters but those of place."""
        return (
            (self.state is None or delivery.state is self.state)
            and (self.answer is None or delivery.last_answer == self.answer)
            and (self.order_number is None or delivery.slot.lane.order_number == self.order_number)
        )

    @property
    def first(self) -> str:
        """The sort key after which to begin."""
        since = "" if self.since is None else keys.slot_time(to_ms(self.since))
        return max(since, self.after or "")

    @property
    def last(self) -> str:
        """The sort key before which to end."""
        return "~" if self.until is None else keys.slot_time(to_ms(self.until))


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """``next_after`` None: there are no more."""

    deliveries: Sequence[Delivery]
    next_after: str | None


def list_deliveries(table: Table, owner: str, subscription_id: str, query: DeliveryQuery) -> DeliveryPage:
    """One page. A page may be short, or empty, and yet not the last. Raises Refusal."""
    subscription = find(table, owner, subscription_id)
    found: list[Delivery] = []
    last = None
    for looked_at, delivery in enumerate(_candidates(table, subscription, query)):
        if len(found) == query.size or looked_at == _LOOKED_AT:
            return DeliveryPage(found, last)
        last = sort_key(delivery.slot)
        if query.fits(delivery):
            found.append(delivery)
    return DeliveryPage(found, None)


def _candidates(table: Table, subscription: Subscription, query: DeliveryQuery) -> Iterable[Delivery]:
    """In order of their sort keys, found by the narrowest way."""
    if query.order_number is not None:
        yield from _between(_of_order(table, subscription, query.order_number), query)
    elif query.state is DeliveryState.WAITING:
        yield from _waiting(table, subscription.subscription_id, query)
    else:
        after = query.first
        while page := delivery_page(table, subscription.subscription_id, after, query.last, _PAGE):
            yield from page
            after = sort_key(page[-1].slot)


def _of_order(table: Table, subscription: Subscription, order_number: str) -> list[Delivery]:
    lanes = [Lane(subscription.subscription_id, seller, order_number) for seller in sorted(subscription.sellers)]
    states = read_lanes(table, lanes)
    return read_deliveries(
        table, [Slot(at, state.lane, n) for state in states for n, at in enumerate(state.times, start=1)]
    )


def _between(deliveries: Iterable[Delivery], query: DeliveryQuery) -> Iterable[Delivery]:
    return (each for each in deliveries if query.first < sort_key(each.slot) < query.last)


def _waiting(table: Table, subscription_id: str, query: DeliveryQuery) -> Iterable[Delivery]:
    """Merged from all tracks: the first of each track's next ones are the next of all."""
    after = query.first
    while True:
        pages = [waiting_page(table, subscription_id, track, after, _PAGE) for track in range(TRACKS)]
        slots = sorted((waiting.slot for page in pages for waiting in page), key=sort_key)[:_PAGE]
        if not slots:
            return
        yield from _between(read_deliveries(table, slots), query)
        after = sort_key(slots[-1])


def find_delivery(table: Table, owner: str, subscription_id: str, place: str) -> tuple[Delivery, list[Attempt]]:
    """A delivery by its sort key, with its attempts. Raises Refusal."""
    find(table, owner, subscription_id)
    try:
        found = read_deliveries(table, [slot_of(subscription_id, place)])
    except ValueError:
        found = []
    if not found:
        raise Refusal(RefusalCode.DELIVERY_NOT_FOUND, "there is no such delivery")
    return found[0], read_attempts(table, subscription_id, place)


def resend(table: Table, bell: Doorbell, owner: str, subscription_id: str, place: str, at: datetime) -> None:
    """Send one delivery again, at its place in its order, whatever has become of it. Raises Refusal."""
    delivery, _ = find_delivery(table, owner, subscription_id, place)
    _again(table, bell, owner, [delivery], at)


def replay(
    table: Table, bell: Doorbell, owner: str, subscription_id: str, query: DeliveryQuery, at: datetime
) -> DeliveryPage:
    """Send all deliveries of a page again, in order. Answers the page; its next page is the rest. Raises Refusal."""
    page = list_deliveries(table, owner, subscription_id, query)
    _again(table, bell, owner, page.deliveries, at)
    return page


def _again(table: Table, bell: Doorbell, owner: str, deliveries: Sequence[Delivery], at: datetime) -> None:
    for delivery in deliveries:
        wait_again(table, delivery)  # what waits already need not wait for its schedule
    for track in sorted({delivery.slot.lane.track for delivery in deliveries}):
        wake_track(table, bell, Wake(owner, deliveries[0].slot.lane.subscription_id, track), at, anyway=True)
