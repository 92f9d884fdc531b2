"""Errors as RFC 9457 problem details: the dialect's own shape is not public."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from cleave.dialects.places import HEPSIGLOBAL, field_of
from cleave.domain.refusals import Refusal, RefusalKind
from cleave.entry.gateway import Call, Response

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.answers import Problem, ProblemEntry

_FAILED = "the request failed on our side; it can be repeated as it is"


class ProblemDetails:
    """``errors`` lists every refusal with its key and the field at fault, as RFC 9457 suggests for extensions."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        """One problem for the request."""
        del call
        retry = {"Retry-After": "1"} if refusals[0].code.kind is RefusalKind.BUSY else {}
        return _response(render_refusals(refusals, status), retry)

    def failed(self, call: Call) -> Response:
        """A 500 that reveals no internals."""
        del call
        return _response(_problem(500, _FAILED, []), {})


def render_refusals(refusals: Sequence[Refusal], status: int) -> "Problem":
    """One entry for each refusal; the first decides the problem's status."""
    return _problem(status, refusals[0].message, [_entry(each) for each in refusals])


def _entry(refusal: Refusal) -> "ProblemEntry":
    return {"key": refusal.code.key, "field": field_of(refusal, HEPSIGLOBAL), "detail": refusal.message}


def _problem(status: int, detail: str, errors: "list[ProblemEntry]") -> "Problem":
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}


def _response(problem: "Problem", headers: dict[str, str]) -> Response:
    return Response(problem["status"], json.dumps(problem), {"Content-Type": "application/problem+json", **headers})
