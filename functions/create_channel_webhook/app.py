"""POST /v1/webhooks."""

from cleave.application.subscribe.webhooks import subscribe
from cleave.dialects.hepsiglobal.endpoint import ChannelCall, channel_endpoint
from cleave.dialects.hepsiglobal.webhooks import render_made, to_channel_webhook
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import settings, table
from cleave.outbound.resources import secret_box, target_rules


@channel_endpoint
def handler(channel: ChannelCall) -> Response:
    """Send this channel a message for each cancel by its sellers. Only this answer shows the signing secret."""
    wish = to_channel_webhook(channel, settings().webhook_tracks)
    target_rules().check(wish.url, field="base_url")
    made = subscribe(table(), secret_box().seal, wish)
    return json_response(render_made(made), 201)
