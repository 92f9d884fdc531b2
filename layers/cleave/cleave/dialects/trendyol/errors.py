"""Trendyol's error body, for our refusals and for our failures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cleave.clock import to_ms
from cleave.dialects.places import TRENDYOL, field_of
from cleave.domain.refusals import Refusal, RefusalCode, RefusalKind
from cleave.entry.gateway import Call, Response, json_response

if TYPE_CHECKING:
    from cleave.dialects.trendyol.answers import TrendyolError, TrendyolErrorEntry

_EXCEPTIONS = {
    RefusalKind.UNAUTHENTICATED: "ClientApiAuthenticationException",
    RefusalKind.NOT_FOUND: "TrendyolNotFoundException",
}
# The endpoint to use instead; the domain knows no endpoints.
_INSTEAD = {
    RefusalCode.UNITS_DIFFER: "PUT …/items/unsupplied cancels units, POST …/split-packages divides them",
}
_BUSINESS = "ClientApiBusinessException"
_SYSTEM = "TrendyolSystemException"


class TrendyolErrors:
    """The same shape for every status: timestamp, exception, errors."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        """In the form of ``render_refusals``."""
        answer = json_response(render_refusals(call, refusals), status)
        retry = {"Retry-After": "1"} if refusals[0].code.kind is RefusalKind.BUSY else {}
        return Response(answer.status, answer.body, retry)

    def failed(self, call: Call) -> Response:
        """A 500 that reveals no internals."""
        errors = [_entry("generic.exception", "the request failed on our side; it can be repeated as it is")]
        return json_response(_body(call, _SYSTEM, errors), 500)


def render_refusals(call: Call, refusals: Sequence[Refusal]) -> "TrendyolError":
    """One entry for each refusal. A message begins with the field at fault."""
    exception = _EXCEPTIONS.get(refusals[0].code.kind, _BUSINESS)
    return _body(call, exception, [_entry(refusal.code.key, _message(refusal)) for refusal in refusals])


def _body(call: Call, exception: str, errors: "list[TrendyolErrorEntry]") -> "TrendyolError":
    return {"timestamp": to_ms(call.at), "exception": exception, "errors": errors}


def _entry(key: str, message: str) -> "TrendyolErrorEntry":
    return {"key": key, "message": message, "errorCode": ""}


def _message(refusal: Refusal) -> str:
    field = field_of(refusal, TRENDYOL)
    instead = _INSTEAD.get(refusal.code)
    message = f"{refusal.message}; {instead}" if instead else refusal.message
    return f"{field}: {message}" if field else message
