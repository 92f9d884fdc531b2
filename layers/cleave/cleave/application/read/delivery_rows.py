"""Deliveries message by message: each with its waiting or settled state."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.delivery import Delivery, DeliveryState, Outcome
from cleave.domain.events import track_of
from cleave.domain.subscription import Subscription
from cleave.store.deliveries import delivery_place, place_of, read_deliveries_at
from cleave.store.delivery_items import DamagedDelivery, Listed
from cleave.table.table import Table

# Of keys that are read at once.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One message as a list shows it.

    ``delivery`` is the waiting one if a person asked for it or if it was never settled.
    """

    delivery: Delivery
    message: int
    outcome: Outcome | None
    state: DeliveryState

    @property
    def place(self) -> str:
        """The sort key of its delivery."""
        return place_of(self.delivery)

    @property
    def sequences(self) -> tuple[int, ...]:
        """The numbers, among the order's events, of the packages that the message may be about."""
        whole = self.delivery.selection.packages
        return (self.delivery.event + whole[self.message],) if self.message < len(whole) else (self.delivery.event,)

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.state is DeliveryState.WAITING


@dataclass(frozen=True, slots=True)
class DamagedRow:
    """A delivery that cannot be read, at the place of its first message, or of the ``message`` that was asked for."""

    delivery: DamagedDelivery
    message: int = 0

    @property
    def place(self) -> str:
        """The sort key of the delivery."""
        return place_of(self.delivery)

    @property
    def order_number(self) -> str:
        """The order of the delivery's event."""
        return self.delivery.lane.order_number


type Row = DeliveryRow | DamagedRow


def rows_of_delivery(waiting: Listed | None, settled: Listed | None) -> Iterator[Row]:
    """The messages of a delivery from its items. Of two, the waiting one counts only if a person asked for it."""
    if isinstance(waiting, DamagedDelivery):
        yield DamagedRow(waiting)
    elif isinstance(settled, DamagedDelivery):
        yield DamagedRow(settled)
    elif waiting is not None and (settled is None or waiting.asked is not None):
        yield from _rows(waiting, settled)
    elif settled is not None:
        yield from _rows(settled, None)


def _rows(delivery: Delivery, settled: Delivery | None) -> Iterator[DeliveryRow]:
    """The rows of a delivery. During a resend, a settled one keeps the earlier results of its messages."""
    outcomes = {**(settled.outcomes if settled else {}), **delivery.outcomes}
    known = delivery.with_outcomes(outcomes)
    for message in range(known.count):
        yield DeliveryRow(known, message, outcomes.get(message), known.state(message))


def rows_of_events(
    table: Table, subscription: Subscription, seller_id: int, order_number: str, times: Sequence[datetime]
) -> list[Row]:
    """The messages of events of the order, by the events' times."""
    track = track_of(seller_id, order_number, subscription.tracks)
    places = [(track, delivery_place(at, seller_id, order_number)) for at in times]
    return list(rows_at(table, subscription, places))


def rows_at(table: Table, subscription: Subscription, places: Sequence[tuple[int, str]]) -> Iterator[Row]:
    """The messages of deliveries by track and place, in their order."""
    for start in range(0, len(places), _AT_ONCE):
        waiting, settled = read_deliveries_at(table, subscription.subscription_id, places[start : start + _AT_ONCE])
        for _, place in places[start : start + _AT_ONCE]:
            yield from rows_of_delivery(waiting.get(place), settled.get(place))
