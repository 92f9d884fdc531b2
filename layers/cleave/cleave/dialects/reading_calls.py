"""Calls that read back, in either dialect: a seller's on Trendyol's paths, a channel's under /v1."""

from collections.abc import Callable
from dataclasses import dataclass

from cleave.dialects.error_shapes import ShapeOfPath, is_sellers
from cleave.dialects.hepsiglobal.endpoint import read_channel
from cleave.dialects.trendyol.endpoint import read_seller
from cleave.domain.cancellation import Scope
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response


@dataclass(frozen=True, slots=True)
class ReadingCall:
    """``scope`` is that of the caller's own cancellations, ``sellers`` whose orders it may see.

    ``storefronts`` are those that it sees, none for any; ``owner`` is whose webhooks, None for nobody's.
    """

    call: Call
    scope: Scope
    sellers: frozenset[int]
    storefronts: frozenset[str]
    owner: str | None


def reading_endpoint(serve: Callable[[ReadingCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves both; each gets errors in its own dialect's shape."""
    return endpoint(ShapeOfPath(), _read)(serve)


def _read(call: Call) -> ReadingCall:
    if not is_sellers(call):
        channel = read_channel(call)
        return ReadingCall(call, channel.scope, channel.sellers, frozenset(), channel_owner(channel.channel))
    seller = read_seller(call)
    # A webhook is told of all storefronts, so it is nothing for a credential of some.
    is_limited = call.principal is not None and bool(call.principal.storefronts)
    owner = None if is_limited else seller_owner(seller.seller_id)
    return ReadingCall(call, seller.scope, frozenset({seller.seller_id}), seller.storefronts, owner)
