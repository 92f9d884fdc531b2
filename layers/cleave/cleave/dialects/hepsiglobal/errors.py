"""Errors as RFC 9457 problem details: the dialect's own shape is not public."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from cleave.dialects.places import HEPSIGLOBAL, field_of
from cleave.domain.refusals import Refusal, RefusalKind
from cleave.entry.gateway import Call, Response


class ProblemDetails:
    """``errors`` lists every refusal with its key and the field at fault, as RFC 9457 suggests for extensions."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        """One problem for the request."""
        del call
        errors = [
            {"key": refusal.code.key, "field": field_of(refusal, HEPSIGLOBAL), "detail": refusal.message}
            for refusal in refusals
        ]
        retry = {"Retry-After": "1"} if refusals[0].code.kind is RefusalKind.BUSY else {}
        return _problem(status, refusals[0].message, errors, retry)

    def failed(self, call: Call) -> Response:
        """A 500 that tells nothing of the inside."""
        del call
        return _problem(500, "the request failed on our side; it can be repeated as it is", [], {})


def _problem(status: int, detail: str, errors: list[dict[str, Any]], headers: dict[str, str]) -> Response:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}
    return Response(status, json.dumps(body), {"Content-Type": "application/problem+json", **headers})
