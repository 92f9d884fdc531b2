"""API Gateway's proxy events in the form that handlers use."""

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from urllib.parse import unquote

from cleave import clock
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.roles import Principal, Role
from cleave.entry.wire import WireModel, parse, to_json
from cleave.table.limits import KILOBYTE

type Event = Mapping[str, Any]

_JSON = "application/json"
_NO_TEXT = b"\xff"
_BYTE_ORDER_MARK = "\ufeff"
_DEFAULT_BODY_LIMIT = 64 * KILOBYTE
# Far deeper than any real body, and far below Python's limit: a stored body is nested deeper still.
_MAX_DEPTH = 64
_MAX_PATH_TEXT = 401
_MAX_AGENT = 80
_NO_AGENT = re.compile(r"[^\w .,;:()/+-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``headers`` have lower-case names, because API Gateway and proxies change their case. ``path`` is
    decoded once: a REST API passes its parameters as they are in the URL.

    ``request_id`` is API Gateway's; everything that the request causes has it as its correlation id.
    """

    principal: Principal | None
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    raw_body: str
    at: datetime
    request_id: str = ""

    @property
    def agent(self) -> str | None:
        """The program that calls, by its own word: ``{sellerId} - {integrator}`` of the marketplace's clients.

        For logs, so no more than a name has: never a whole address, link or header.
        """
        sent = self.headers.get("user-agent", "")[:_MAX_AGENT]
        return _NO_AGENT.sub("?", sent) or None

    def body[T: WireModel](self, model: type[T], limit: int = _DEFAULT_BODY_LIMIT) -> T:
        """The body as ``model``. Raises Refusal or Refusals; nothing has been read or written by then."""
        return parse(model, self.json(limit))

    def json(self, limit: int = _DEFAULT_BODY_LIMIT) -> Any:  # noqa: ANN401 - whatever the caller sent
        """The body's JSON, fractions as Decimal. ``limit`` is in bytes. Raises Refusal."""
        self._check_type()
        if len(self.raw_body.encode(errors="surrogatepass")) > limit:
            raise Refusal(RefusalCode.BODY_TOO_LARGE, f"the body may have {limit // KILOBYTE} KB")
        try:
            text = self.raw_body.removeprefix(_BYTE_ORDER_MARK)
            document = json.loads(text, parse_float=_fraction, parse_constant=_not_json)
            json.dumps(document, default=str, ensure_ascii=False).encode()  # refuses halves of surrogate pairs
        except (ValueError, RecursionError):
            raise Refusal(RefusalCode.BODY_NOT_JSON, "the body is not JSON") from None
        if _is_deeper(document, _MAX_DEPTH):
            raise Refusal(RefusalCode.BODY_INVALID, f"the body may be nested {_MAX_DEPTH} deep")
        return document

    def _check_type(self) -> None:
        """A body without a type counts as JSON, with any character set, since JSON is always UTF-8."""
        sent = self.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
        if sent != _JSON and not (sent.startswith("application/") and sent.endswith("+json")):
            raise Refusal(RefusalCode.BODY_TYPE, f"the body must be {_JSON}", field="Content-Type")


@dataclass(frozen=True, slots=True)
class Response:
    """``body`` is sent unchanged."""

    status: int
    body: str = ""
    headers: Mapping[str, str] | None = None

    def to_gateway(self) -> dict[str, Any]:
        """The form that API Gateway expects."""
        headers = {"Content-Type": "application/json", **(self.headers or {})}
        return {"statusCode": self.status, "headers": headers, "body": self.body}


def json_response(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; Decimals become numbers."""
    return Response(status, to_json(document), headers)


def read_call(event: Event) -> Call:
    return Call(
        principal=_principal(event["requestContext"].get("authorizer") or {}),
        path={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
        query=_whole_texts(event.get("multiValueQueryStringParameters") or {}),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items() if value is not None},
        raw_body=_raw_body(event),
        at=clock.now(),
        request_id=event["requestContext"].get("requestId") or "",
    )


def _whole_texts(query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Halves of surrogate pairs, which no table accepts, become question marks."""
    return {name: [each.encode(errors="replace").decode() for each in values] for name, values in query.items()}


def path_text(call: Call, parameter: str, missing: RefusalCode) -> str:
    """A path parameter that is free text.

    Raises Refusal with the code ``missing`` for a text that is too long to be a name.
    """
    value = call.path.get(parameter, "")
    if not 0 < len(value) <= _MAX_PATH_TEXT:
        raise Refusal(missing, f"the path's {parameter} is empty or too long")
    return value


def _raw_body(event: Event) -> str:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        decoded = base64.b64decode(body)
    except ValueError:
        decoded = _NO_TEXT
    # Bytes that are not UTF-8 are no JSON; surrogates make ``Call.json`` refuse them.
    return decoded.decode(errors="surrogateescape")


def _principal(context: Mapping[str, str]) -> Principal | None:
    if "credential" not in context:
        return None
    sellers = frozenset(int(seller) for seller in context["sellers"].split())
    storefronts = frozenset(context.get("storefronts", "").split())
    return Principal(context["credential"], Role(context["role"]), sellers, storefronts)


def _fraction(text: str) -> Decimal:
    """A number that is valid JSON but too large or small for any reader of ours is refused: it would be shown as
    Infinity or 0."""
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        raise ValueError(text) from None
    if not math.isfinite(float(number)) or (number and not float(number)):
        raise ValueError(text)
    return number


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_deeper(document: object, levels: int) -> bool:
    """Whether lists and objects are nested more than so many levels deep; without recursion."""
    inside: list[Any] = [document]
    for _ in range(levels):
        containers = [each for each in inside if isinstance(each, dict | list)]
        inside = [part for each in containers for part in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in inside)
