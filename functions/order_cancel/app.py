"""PUT /webhooks/order-cancel."""

from cleave.application.accept.cancel_items import cancel_items
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.order_cancel import to_item_cancellations
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Accept a seller's cancel of one item or many; the splits follow."""
    cancel_items(table(), to_item_cancellations(channel), channel.sellers)
    return json_response({})
