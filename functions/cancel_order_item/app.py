"""PUT /v1/orders/{orderNumber}/order_items/{orderItemNumber}."""

from cleave.application.accept.cancel_items import cancel_items
from cleave.dialects.cancellation_ids import id_header
from cleave.dialects.hepsiglobal.cancel_item import to_item_cancellation
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, accepted_response, channel_endpoint
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Accept the cancel of all remaining units of an item; the splits follow."""
    item = to_item_cancellation(channel)
    cancel_items(table(), [item], channel.sellers)
    return accepted_response("the cancel of the item is accepted", id_header(item.cancellation.key))
