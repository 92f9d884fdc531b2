"""POST /v1/orders."""

from cleave.application.intake.create_order import create_order
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.new_order import render_created, to_new_order
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table, tracking_numbers
from cleave.store.created_orders import Creation


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Make the packages of a new order, one for each company."""
    order, fingerprint = to_new_order(channel)
    creation = Creation(channel.channel, order.order_number, fingerprint, channel.call.at)
    packages = create_order(table(), tracking_numbers(), creation, order, channel.call.request_id)
    return json_response(render_created(order, packages))
