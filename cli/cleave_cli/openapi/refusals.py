"""Answers that are no success: every status, with its keys and an example for each."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from cleave.clock import from_ms
from cleave.dialects.hepsiglobal.answers import Problem
from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.answers import TrendyolError
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.endpoint import STATUS, ErrorShape
from cleave.entry.gateway import Call

from cleave_cli.errors_table import MEANINGS
from cleave_cli.openapi.gateway_answer import GatewayAnswer
from cleave_cli.openapi.operation import Operation, Ref, Schema
from cleave_cli.openapi.routes import Route
from cleave_cli.template import other_methods
from cleave_cli.told.history import EXAMPLE_MS

_CALL = Call(None, {}, {}, {}, "", from_ms(EXAMPLE_MS))
_BODY = (RefusalCode.BODY_INVALID, RefusalCode.BODY_NOT_JSON, RefusalCode.BODY_TOO_LARGE, RefusalCode.BODY_TYPE)
_SELLER = (RefusalCode.ROLE_NOT_ALLOWED, RefusalCode.SELLER_NOT_FOUND, RefusalCode.STOREFRONT_INVALID)
_CHANNEL = (RefusalCode.ROLE_NOT_ALLOWED,)
# Wherever something is answered (entry/endpoint.py).
_ANY = (RefusalCode.ANSWER_TOO_LARGE, RefusalCode.ITEM_UNREADABLE, RefusalCode.CONTENDED)
_SHAPES: dict[Dialect, ErrorShape] = {Dialect.TRENDYOL: TrendyolErrors(), Dialect.HEPSIGLOBAL: ProblemDetails()}
_MODELS: dict[Dialect, type] = {Dialect.TRENDYOL: TrendyolError, Dialect.HEPSIGLOBAL: Problem}
_TYPES = {Dialect.TRENDYOL: "application/json", Dialect.HEPSIGLOBAL: "application/problem+json"}
_FAILED = "generic.exception"
_EXAMPLES = "#/components/examples/{}.{}"
# API Gateway's own answers on any existing path; the first two only on paths with an authorizer.
_GATEWAY = {
    401: "The credentials are missing or wrong.",
    403: "The credentials belong to no usage plan.",
    413: "The body is larger than API Gateway takes.",
    429: "Too many requests.",
    500: "The request failed on our side; it can be repeated as it is.",
}


def codes_of(operation: Operation, route: Route) -> list[RefusalCode]:
    """All refusals that a handler can answer here."""
    everybody = _SELLER if operation.dialect is Dialect.TRENDYOL else _CHANNEL if route.needs_credentials else ()
    wanted = {*_ANY, *everybody, *(_BODY if operation.takes else ()), *operation.refusals}
    return [code for code in RefusalCode if code in wanted]


def responses_of(operation: Operation, route: Route) -> dict[str, Schema]:
    codes = codes_of(operation, route)
    by_status: dict[int, list[RefusalCode]] = {}
    for code in codes:
        by_status.setdefault(STATUS[code.kind], []).append(code)
    gateway = set(_GATEWAY) - (set() if route.needs_credentials else {401, 403}) - (set() if operation.takes else {413})
    return {
        str(status): _response(operation.dialect, status, by_status.get(status, []), codes, gateway=status in gateway)
        for status in sorted({*by_status, *gateway})
    }


def _response(
    dialect: Dialect, status: int, codes: Sequence[RefusalCode], all_codes: Sequence[RefusalCode], *, gateway: bool
) -> Schema:
    ours = bool(codes) or status == HTTPStatus.INTERNAL_SERVER_ERROR
    content: dict[str, Schema] = {}
    if ours:
        content[_TYPES[dialect]] = {
            "schema": _schema(dialect, codes, all_codes),
            "examples": {key: {"$ref": _EXAMPLES.format(dialect, key)} for key in _keys(codes)},
        }
    if gateway:
        shown = content.setdefault("application/json", {"schema": Ref(GatewayAnswer).schema})
        if dialect is Dialect.TRENDYOL and ours:
            shown["schema"] = {"anyOf": [shown["schema"], Ref(GatewayAnswer).schema]}
    keys = [f"`{code.key}`: {MEANINGS[code]}" for code in codes]
    said = [_GATEWAY[status]] if gateway else []
    retry = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}}
    headers = {"headers": retry} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
    return {"description": "\n".join([*said, *keys]), **headers, "content": content}


def gateway_response(status: int) -> Schema:
    """An answer of API Gateway itself, on a path without refusals."""
    return _response(Dialect.HEPSIGLOBAL, status, [], [], gateway=True)


def method_not_allowed() -> Schema:
    """A path's answer to methods that it does not have."""
    (status, body), *others = {(each.status, each.body) for each in other_methods().values()}
    if others:
        raise ValueError(f"paths answer other methods in {len(others) + 1} ways")
    example = json.loads(body.replace("$context.requestTimeEpoch", str(EXAMPLE_MS)))
    return {
        "description": f"{status}: the path has no such method.",
        "headers": {"Allow": {"description": "The methods that it has.", "schema": {"type": "string"}}},
        "content": {
            "application/json": {"schema": Ref(GatewayAnswer).schema, "examples": {"example": {"value": example}}}
        },
    }


def _schema(dialect: Dialect, codes: Sequence[RefusalCode], all_codes: Sequence[RefusalCode]) -> Schema:
    """The dialect's shape; the first error decides over the status, others may be of any kind."""
    if not codes:
        return Ref(_MODELS[dialect]).schema
    first = {"properties": {"key": {"enum": [code.key for code in codes]}}}
    rest = {"properties": {"key": {"enum": [code.key for code in all_codes]}}}
    errors = {"properties": {"errors": {"minItems": 1, "prefixItems": [first], "items": rest}}}
    return {"allOf": [Ref(_MODELS[dialect]).schema, errors]}


def examples() -> dict[str, Schema]:
    """One for each refusal in each dialect, by the name that responses refer to."""
    made: dict[str, Schema] = {}
    for dialect, shape in _SHAPES.items():
        for code in RefusalCode:
            answer = shape.refused(_CALL, [Refusal(code, MEANINGS[code])], STATUS[code.kind])
            made[f"{dialect}.{code.key}"] = {"value": json.loads(answer.body)}
        made[f"{dialect}.{_FAILED}"] = {"value": json.loads(shape.failed(_CALL).body)}
    return made


def _keys(codes: Sequence[RefusalCode]) -> list[str]:
    return [code.key for code in codes] or [_FAILED]
