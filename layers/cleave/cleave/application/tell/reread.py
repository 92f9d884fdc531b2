"""Builds a message again from its delivery, as it was or will be sent."""

from cleave.application.read.delivery_rows import DeliveryRow
from cleave.application.tell.attempt import Outgoing, outgoing_of
from cleave.store.events import read_told_event
from cleave.store.formats import Unreadable
from cleave.table.table import Table


def reread(table: Table, row: DeliveryRow) -> Outgoing | None:
    """The message; None if its event is gone or damaged."""
    try:
        event = read_told_event(table, row.delivery)
    except Unreadable:
        return None
    return None if event is None else outgoing_of(event, row.delivery, row.message)
