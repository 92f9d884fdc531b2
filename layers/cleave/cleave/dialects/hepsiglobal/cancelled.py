"""PUT {base}/webhooks/order-cancel: a subscriber's message about one cancelled item."""

from typing import TYPE_CHECKING

from cleave.dialects.reasons import BY_REASON
from cleave.domain.events import Event
from cleave.domain.ids import cancel_id
from cleave.domain.recipients import Message

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.messages import CancelledItem


def render_cancelled(event: Event, message: Message) -> "CancelledItem":
    """The message's cancelled line."""
    part = message.line or 0
    line = event.packages[message.package].lines[part]
    if line.cancelled is None:
        raise ValueError(f"line {part} of the event's package is not cancelled")
    return {
        "cancel_id": cancel_id(event.seller_id, event.order_number, event.sequence(message.package), part),
        "order_number": event.order_number,
        "cancel_quantity": line.quantity,
        "order_item_number": line.item_number,
        "reason": BY_REASON[line.cancelled.reason].hepsiglobal,
    }
