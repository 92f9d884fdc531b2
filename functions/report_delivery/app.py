"""PUT /v1/orders/{orderNumber}/order_items/{orderItemNumber}/delivery."""

from cleave.application.intake.report_items import report_item
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, accepted_response, channel_endpoint
from cleave.dialects.hepsiglobal.reports import to_item_report
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Apply the marketplace's report that units of an item were delivered."""
    report_item(table(), channel.sellers, to_item_report(channel))
    return accepted_response("the delivery of the item is noted")
