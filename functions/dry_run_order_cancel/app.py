"""PUT /webhooks/order-cancel/dry-run."""

from cleave.application.accept.dry_run import dry_run_items
from cleave.dialects.dry_run import render_channels_dry_run
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.order_cancel import read_items
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Show the effect of a seller's cancel, or every reason to refuse it; nothing is written."""
    items, faults = read_items(channel)
    outcome = dry_run_items(table(), items, channel.sellers, faults)
    return json_response(render_channels_dry_run(outcome, channel))
