"""PUT /v1/shipments/{shipmentId}/status."""

from cleave.application.intake.report_items import report_shipment
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, accepted_response, channel_endpoint
from cleave.dialects.hepsiglobal.reports import to_shipment_report
from cleave.entry.gateway import Response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Apply the marketplace's report about a shipment's status."""
    report_shipment(table(), channel.sellers, to_shipment_report(channel))
    return accepted_response("the status of the shipment is noted")
