"""Calls under /v1/operations, by the marketplace's own staff: about the orders and receivers of all owners."""

from collections.abc import Callable

from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.parameters import Parameters, refused
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.cursors import Values, open_cursor
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response


def staff_endpoint(serve: Callable[[Call], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves operators and support, and answers errors as problem details."""
    return endpoint(ProblemDetails(), read_staff)(serve)


def whole_staff_endpoint(serve: Callable[[Call], Response]) -> GatewayHandler:
    """The same for endpoints about sellers in all their storefronts."""
    return endpoint(ProblemDetails(), read_whole_staff)(serve)


def operator_endpoint(serve: Callable[[Call], Response]) -> GatewayHandler:
    """The same for endpoints that change something; support may not call them."""
    return endpoint(ProblemDetails(), read_operator)(serve)


def read_staff(call: Call) -> Call:
    """Raises Refusal for any other caller."""
    if call.principal is None or not call.principal.is_staff:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is neither an operator's nor support's")
    return call


def read_whole_staff(call: Call) -> Call:
    """Raises Refusal, also for a credential that is limited to some storefronts."""
    if read_staff(call).principal.storefronts:  # type: ignore[union-attr] # staff has a credential
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is limited to some storefronts")
    return call


def read_operator(call: Call) -> Call:
    """Raises Refusal, also for support."""
    if read_whole_staff(call).principal.only_reads:  # type: ignore[union-attr] # the same
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential may change nothing")
    return call


def cursor_of(call: Call, bound_to: Values) -> Values | None:
    """The content of the query's cursor; None without one. Raises Refusal."""
    cursor = Parameters(call.query).text("cursor")
    if cursor is None:
        return None
    values = open_cursor(cursor, bound_to)
    if values is None:
        raise refused("cursor", "is not a cursor of this list")
    return values
