"""A call in HepsiGlobal's dialect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.domain.cancellation import Scope
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.subscription import Dialect
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response, json_response

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.answers import Accepted


@dataclass(frozen=True, slots=True)
class ChannelCall:
    """``channel`` is the caller's client id, ``sellers`` those it may act for."""

    call: Call
    channel: str
    sellers: frozenset[int]

    @property
    def scope(self) -> Scope:
        """Of the channel's own cancellations."""
        return Scope(Dialect.HEPSIGLOBAL, self.channel)


def channel_endpoint(serve: Callable[[ChannelCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves a channel and answers errors as problem details."""
    return endpoint(ProblemDetails(), read_channel)(serve)


def accepted_response(message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what is said of an item or a shipment, and is taken; the shape is ours."""
    answer: Accepted = {"data": {}, "message": message}
    return json_response(answer, headers=headers)


def open_endpoint(serve: Callable[[Call], Response]) -> GatewayHandler:
    """The same for a caller who has yet to show who it is."""
    return endpoint(ProblemDetails(), lambda call: call)(serve)


def read_channel(call: Call) -> ChannelCall:
    """Raises Refusal for a caller who is not a channel."""
    principal = call.principal
    if principal is None or not principal.is_channel:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not a channel's")
    return ChannelCall(call, principal.key, principal.sellers)
