"""Calls that read back, in either dialect: a seller's on Trendyol's paths, a channel's under /v1.

Operators and support may make them for any seller or channel: the query's ``channel`` names a channel.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cleave.dialects.error_shapes import ShapeOfPath, is_sellers
from cleave.dialects.hepsiglobal.endpoint import viewed_channel
from cleave.dialects.trendyol.endpoint import read_viewed_seller
from cleave.domain.cancellation import Scope
from cleave.domain.dialect import Dialect
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response


@dataclass(frozen=True, slots=True)
class ReadingCall:
    """``scope`` is that of the caller's own cancellations; ``sellers`` are those whose orders it may see, None for all.

    ``storefronts`` are those that it may see, empty for any; ``owner`` is the owner of its webhooks, None for none.
    """

    call: Call
    scope: Scope
    sellers: frozenset[int] | None
    storefronts: frozenset[str]
    owner: str | None


def reading_endpoint(serve: Callable[[ReadingCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves both; each gets errors in its own dialect's shape."""
    return endpoint(ShapeOfPath(), _read)(serve)


def _read(call: Call) -> ReadingCall:
    if not is_sellers(call):
        return _of_channel(call, viewed_channel(call, changes=False))
    seller = read_viewed_seller(call)
    # A webhook gets messages of all storefronts, so a credential limited to some may not use it.
    is_limited = call.principal is not None and bool(call.principal.storefronts)
    owner = None if is_limited else seller_owner(seller.seller_id)
    return ReadingCall(call, seller.scope, frozenset({seller.seller_id}), seller.storefronts, owner)


def _of_channel(call: Call, channel: str) -> ReadingCall:
    sellers = None if call.principal is None or call.principal.is_staff else call.principal.sellers
    return ReadingCall(call, Scope(Dialect.HEPSIGLOBAL, channel), sellers, frozenset(), channel_owner(channel))
