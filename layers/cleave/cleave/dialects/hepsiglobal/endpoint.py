"""A call in HepsiGlobal's dialect."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.domain.cancellation import Scope
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response, json_response

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.answers import Accepted

# A credential's key, which is between "#" in the table's keys.
_CHANNEL = re.compile(r'[!-"$-~]{1,200}')


@dataclass(frozen=True, slots=True)
class ChannelCall:
    """``channel`` is the caller's client id, ``sellers`` those for whom it may act; None for staff, who may see all."""

    call: Call
    channel: str
    sellers: frozenset[int]

    @property
    def scope(self) -> Scope:
        """The scope of the channel's own cancellations."""
        return Scope(Dialect.HEPSIGLOBAL, self.channel)


def channel_endpoint(serve: Callable[[ChannelCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves a channel and answers errors as problem details."""
    return endpoint(ProblemDetails(), read_channel)(serve)


def accepted_response(message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to an accepted report about an item or a shipment; its shape is ours."""
    answer: Accepted = {"data": {}, "message": message}
    return json_response(answer, headers=headers)


def open_endpoint(serve: Callable[[Call], Response]) -> GatewayHandler:
    """The same for a caller that is not authenticated yet."""
    return endpoint(ProblemDetails(), lambda call: call)(serve)


def viewed_channel(call: Call, *, changes: bool) -> str:
    """The caller, or the channel that staff names by the query's ``channel``. Support may not if the call ``changes``
    anything. Raises Refusal."""
    principal = call.principal
    if principal is None or not principal.is_staff:
        return read_channel(call).channel
    if principal.only_reads and changes:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential may change nothing")
    if principal.storefronts:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is limited to some storefronts")
    return _named_channel(call)


def _named_channel(call: Call) -> str:
    """The channel that the query names. Raises Refusal for a text that is no client id: it could be too long for a key
    of the table."""
    names = call.query.get("channel", [])
    if len(names) != 1 or not _CHANNEL.fullmatch(names[0]):
        raise Refusal(RefusalCode.BODY_INVALID, "must name one channel by its client id", field="channel")
    return names[0]


def read_channel(call: Call) -> ChannelCall:
    """Raises Refusal for a caller who is not a channel."""
    principal = call.principal
    if principal is None or not principal.is_channel:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not a channel's")
    return ChannelCall(call, principal.key, principal.sellers)
