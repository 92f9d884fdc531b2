"""Calls that read back, in either dialect: a seller's on Trendyol's paths, a channel's under /v1."""

from collections.abc import Callable
from dataclasses import dataclass

from cleave.api.endpoint import GatewayHandler, endpoint
from cleave.api.gateway import Call, Response
from cleave.dialects.both import BothShapes, is_sellers
from cleave.dialects.hepsiglobal.endpoint import read_channel
from cleave.dialects.trendyol.endpoint import read_seller
from cleave.domain.subscription import channel_owner, seller_owner


@dataclass(frozen=True, slots=True)
class ReaderCall:
    """``scope`` is that of the caller's own cancellations, ``sellers`` whose orders it may see.

    ``storefront`` is the only one that it sees, None for any; ``owner`` is whose webhooks, None for nobody's.
    """

    call: Call
    scope: str
    sellers: frozenset[int]
    storefront: str | None
    owner: str | None


def reader_endpoint(serve: Callable[[ReaderCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves both; each gets errors in its own dialect's shape."""
    return endpoint(BothShapes(), _read)(serve)


def _read(call: Call) -> ReaderCall:
    if not is_sellers(call):
        channel = read_channel(call)
        return ReaderCall(call, channel.scope, channel.sellers, None, channel_owner(channel.channel))
    seller = read_seller(call)
    # A webhook is told of all storefronts, so it is nothing for a credential of some.
    is_limited = call.principal is not None and bool(call.principal.storefronts)
    owner = None if is_limited else seller_owner(seller.seller_id)
    return ReaderCall(call, seller.scope, frozenset({seller.seller_id}), seller.storefront, owner)
