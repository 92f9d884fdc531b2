"""GET /v1/webhooks."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.webhooks import render_channel_webhook
from cleave.domain.subscription import channel_owner
from cleave.store.subscriptions import read_owned


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """All webhooks of the channel, oldest first."""
    subscriptions = read_owned(table(), channel_owner(channel.channel))
    return json_response([render_channel_webhook(subscription) for subscription in subscriptions])
