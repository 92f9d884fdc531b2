"""Builds a message again from its delivery, as it was or will be sent."""

from cleave.application.read.delivery_rows import DeliveryRow
from cleave.application.tell.attempt import Outgoing, outgoing_of
from cleave.store.events import read_events
from cleave.store.formats import Unreadable
from cleave.table.table import Table


def reread(table: Table, row: DeliveryRow) -> Outgoing | None:
    """The message; None if its event is gone or damaged."""
    lane, first = row.delivery.lane, row.delivery.event
    try:
        events = read_events(table, lane.seller_id, lane.order_number, first, first)
    except Unreadable:
        return None
    return outgoing_of(events[0], row.delivery, row.message) if events else None
