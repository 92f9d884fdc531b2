"""POST /v1/orders."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.create_order import create_order
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.new_order import render_created, to_new_order


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Make the packages of a new order, one for each company."""
    order, fingerprint = to_new_order(channel)
    call = channel.call
    packages = create_order(table(), channel.channel, fingerprint, order, call.at, call.request_id)
    return json_response(render_created(order, packages))
