"""Holds what handlers answer against docs/openapi.json: every answer of every test, whatever the test is about."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cleave.domain.dialect import Dialect
from cleave_cli.openapi.document import DOCUMENT
from cleave_cli.openapi.routes import Route, routes
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_URI = "urn:cleave"

type Document = dict[str, Any]


@cache
def documented() -> Document:
    document: Document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return document


@cache
def _registry() -> Any:  # noqa: ANN401 - the registry's type is generic over what it holds
    resource = Resource.opaque(documented())
    return Registry().with_resource(_URI, resource)


def errors(schema: Document, instance: object) -> list[str]:
    """Why a value does not fit a schema of the document."""
    validator = Draft202012Validator(_absolute(schema), registry=_registry())
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(instance)]


def _absolute(value: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(value, dict):
        return {key: f"{_URI}{each}" if key == "$ref" else _absolute(each) for key, each in value.items()}
    return [_absolute(each) for each in value] if isinstance(value, list) else value


def resolve(value: Document) -> Document:
    """What a reference of the document leads to; anything else as it is."""
    if "$ref" not in value:
        return value
    found: Any = documented()
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    resolved: Document = found
    return resolved


def operation_of(route: Route) -> Document:
    operation: Document = documented()["paths"][route.path][route.method.lower()]
    return operation


@cache
def route_of(function_folder: str, dialect: Dialect) -> Route | None:
    """A route that the function in a folder serves in a dialect, if it serves any."""
    name = function_folder.replace("_", "").lower()
    found = [each for each in routes() if each.function.lower() == name and each.dialect is dialect]
    return found[0] if found else None


def problems(route: Route, status: int, headers: Mapping[str, str], body: str) -> list[str]:
    """What of an answer the document does not say."""
    responses = operation_of(route)["responses"]
    if str(status) not in responses:
        return [f"{route.operation_id} does not document {status}: {body[:300]}"]
    content = resolve(responses[str(status)]).get("content")
    if content is None:
        return [f"{route.operation_id} documents an empty {status}, not {body[:300]}"] if body else []
    media_type = next(value for name, value in headers.items() if name.lower() == "content-type").partition(";")[0]
    if media_type not in content:
        return [f"{route.operation_id} documents {status} as {list(content)}, not {media_type}"]
    value = json.loads(body) if media_type.endswith("json") else body
    return [f"{route.operation_id} {status}: {error}" for error in errors(content[media_type]["schema"], value)]


def check_documented(handler: Callable[..., object], event: Document, answer: Document) -> None:
    """Fails unless the document says what the handler of an endpoint answered."""
    dialect = Dialect.TRENDYOL if "sellerId" in (event["pathParameters"] or {}) else Dialect.HEPSIGLOBAL
    *_, folder, _ = ["", "", *handler.__module__.split(".")]
    route = route_of(folder, dialect)
    if route is not None:
        found = problems(route, answer["statusCode"], answer["headers"], answer["body"])
        assert not found, "\n".join(["docs/openapi.json differs; run: cleave openapi", *found])
