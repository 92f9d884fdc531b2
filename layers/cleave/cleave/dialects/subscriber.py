"""Calls about a webhook, whoever's it is: a seller's on Trendyol's paths, a channel's under /v1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cleave.api.endpoint import ErrorShape, GatewayHandler, endpoint
from cleave.api.gateway import Call, Response
from cleave.dialects.hepsiglobal.endpoint import read_channel
from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.endpoint import read_seller
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.refusals import Refusal
from cleave.domain.subscription import channel_owner, seller_owner


@dataclass(frozen=True, slots=True)
class SubscriberCall:
    """``owner`` is whose webhooks the caller may see."""

    call: Call
    owner: str

    @property
    def subscription_id(self) -> str:
        """The path's."""
        return self.call.path.get("webhookId", "")


def subscriber_endpoint(serve: Callable[[SubscriberCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves both; each gets errors in its own dialect's shape."""
    return endpoint(_BothShapes(), _read)(serve)


def done() -> Response:
    """Trendyol's answer to a change of a webhook: text, not JSON."""
    return Response(200, "200 OK", {"Content-Type": "text/plain"})


class _BothShapes:
    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        return _shape(call).refused(call, refusals, status)

    def failed(self, call: Call) -> Response:
        return _shape(call).failed(call)


def _shape(call: Call) -> ErrorShape:
    return TrendyolErrors() if _is_sellers(call) else ProblemDetails()


def _is_sellers(call: Call) -> bool:
    return "sellerId" in call.path


def _read(call: Call) -> SubscriberCall:
    if _is_sellers(call):
        return SubscriberCall(call, seller_owner(read_seller(call).seller_id))
    return SubscriberCall(call, channel_owner(read_channel(call).channel))
