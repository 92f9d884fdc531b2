"""GET /v1/webhooks."""

from cleave.application.subscribe.webhooks import list_webhooks
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.webhooks import render_channel_webhook
from cleave.domain.subscription import channel_owner
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """All webhooks of the channel, oldest first."""
    subscriptions = list_webhooks(table(), channel_owner(channel.channel))
    return json_response([render_channel_webhook(subscription) for subscription in subscriptions])
