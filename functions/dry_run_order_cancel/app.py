"""PUT /webhooks/order-cancel/dry-run."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.dialects.hepsiglobal.dry_run import try_order_cancel
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Tell what a seller's cancel would do, or every reason why it would be refused; nothing is written."""
    return json_response(try_order_cancel(table(), channel))
