"""Ends a delivery: stores it among the settled ones, and only then deletes the waiting one."""

from datetime import datetime

from cleave.domain.delivery import Delivery, DeliveryState, Lane, Outcome
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store.deliveries import delete_waiting, settle_delivery
from cleave.table.failures import ConditionsFailed
from cleave.table.table import Table

# The most messages that are sent twice if the worker dies before it notes them.
NOTED_EVERY = 10


def settle(table: Table, track: int, delivery: Delivery, read: Delivery, settled: Delivery | None) -> None:
    """Settle a delivery whose messages were all taken or given up.

    ``read`` is the waiting delivery. Results of other messages in ``settled`` stay.
    """
    outcomes = {**(settled.outcomes if settled else {}), **delivery.outcomes}
    table.put(settle_delivery(delivery.with_outcomes(outcomes)))
    delete_if_unasked(table, track, read)


def delete_if_unasked(table: Table, track: int, read: Delivery) -> bool:
    """Delete the waiting delivery. False if a person has asked for it since it was ``read``: then it stays, and its
    track was rung."""
    try:
        table.delete(delete_waiting(track, read))
    except ConditionsFailed:
        return False
    return True


def is_old(waiting: Delivery, settled: Delivery | None) -> bool:
    """Whether it waits by mistake: a late fan-out put it again, or its settler died before the delete."""
    return settled is not None and waiting.asked is None


def given_up(waiting: Delivery, at: datetime) -> Delivery:
    """The delivery with all its remaining messages given up, because its event is gone."""
    note(Log.EVENT_GONE, subscription=waiting.lane.subscription_id, order_number=waiting.lane.order_number)
    delivery = waiting
    for place in waiting.owed:
        delivery = delivery.after(place, Outcome(DeliveryState.EXHAUSTED, delivery.attempts, at, "event_expired"))
    return delivery


def note_damage(lane: Lane, item: str) -> None:
    """Log that a delivery or its event cannot be read. Its lane waits until that is repaired."""
    note(Log.DELIVERY_DAMAGED, subscription=lane.subscription_id, order_number=lane.order_number, item=item)
    count(Metric.ITEMS_FAILED)
