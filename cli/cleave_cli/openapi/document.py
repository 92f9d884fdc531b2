"""The whole document."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cleave.domain.dialect import Dialect
from cleave.entry.wire import WireModel

from cleave_cli.openapi import (
    catalogue_hepsiglobal,
    catalogue_operations,
    catalogue_reading,
    catalogue_trendyol,
    catalogue_webhooks,
    page_files,
    parameters,
    webhooks,
)
from cleave_cli.openapi.operation import Body, Operation, Parameter, Schema
from cleave_cli.openapi.refusals import examples, method_not_allowed, responses_of
from cleave_cli.openapi.routes import Route, pages, routes
from cleave_cli.openapi.schemas import answer_models, components, used
from cleave_cli.paths import ROOT

DOCUMENT = ROOT / "docs/openapi.json"

_CATALOGUES = (catalogue_trendyol, catalogue_hepsiglobal, catalogue_webhooks, catalogue_reading, catalogue_operations)
OPERATIONS = {(each.function, each.dialect): each for module in _CATALOGUES for each in module.OPERATIONS}
_SECURITY = {Dialect.TRENDYOL: "seller", Dialect.HEPSIGLOBAL: "channel"}
_OPERATIONS = ("Operations", "For the marketplace's own staff, over all sellers and channels.")
_TAGS = {
    Dialect.TRENDYOL: ("Trendyol", "Paths of Trendyol's Marketplace API, for sellers."),
    Dialect.HEPSIGLOBAL: ("HepsiGlobal", "HepsiGlobal's seller-cancel webhook and its neighbours, for channels."),
}

_ALL_TAGS = (*_TAGS.values(), _OPERATIONS, page_files.TAG, webhooks.TAG)


def document() -> Schema:
    """OpenAPI 3.1. Raises KeyError for a function of the template that the catalogue does not know."""
    paths: dict[str, Schema] = {}
    shared = _Shared()
    for route in routes():
        operation = OPERATIONS[route.function, route.dialect]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(operation, route, shared)
    for route in pages():
        refer = partial(shared.refer, page_files.TAG[0])
        paths.setdefault(route.path, {})[route.method.lower()] = page_files.operation(route, refer)
    told = webhooks.webhooks()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cleave",
            "version": "1",
            "description": (
                "Take back part of a marketplace order safely, in two dialects on one engine. A path answers a method "
                "that it has not as components/responses/MethodNotAllowed says."
            ),
        },
        "servers": [
            {"url": "{apiUrl}", "variables": {"apiUrl": {"default": "/", "description": "The stack's output ApiUrl."}}}
        ],
        "tags": [{"name": name, "description": text} for name, text in _ALL_TAGS],
        "paths": paths,
        "webhooks": told,
        "components": {
            "schemas": used(components(_models()), paths, told, shared.responses),
            "responses": dict(sorted([("MethodNotAllowed", method_not_allowed()), *shared.responses.items()])),
            "examples": examples(),
            "securitySchemes": _security_schemes(),
        },
    }


def render() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


@dataclass(slots=True)
class _Shared:
    """Endpoints refuse for the same reasons; each set of them is written once."""

    responses: dict[str, Schema] = field(default_factory=dict)

    def refer(self, tag: str, status: str, response: Schema) -> Schema:
        """A reference to the response, which is added unless it is there."""
        stem = f"{tag}{status}"
        for number in itertools.count(1):
            name = stem if number == 1 else f"{stem}-{number}"
            if self.responses.setdefault(name, response) == response:
                break
        return {"$ref": f"#/components/responses/{name}"}


def _operation(operation: Operation, route: Route, shared: _Shared) -> Schema:
    named = [name.rstrip("}") for name in route.path.split("{")[1:]]
    inputs = [_path_parameter(name.partition("}")[0]) for name in named] + [
        _parameter(each) for each in _parameters(operation)
    ]
    return {
        "operationId": route.operation_id,
        "summary": operation.summary,
        "tags": [_OPERATIONS[0] if route.is_staffs else _TAGS[operation.dialect][0]],
        "security": [{name: []} for name in _callers(operation, route)],
        **({"parameters": inputs} if inputs else {}),
        **({"requestBody": {"required": True, "content": _content(operation.takes)}} if operation.takes else {}),
        "responses": {
            str(operation.status): _success(operation),
            **{
                status: shared.refer(_TAGS[operation.dialect][0], status, response)
                for status, response in responses_of(operation, route).items()
            },
        },
    }


def _callers(operation: Operation, route: Route) -> Iterator[str]:
    """Security schemes, of which any will do."""
    if not route.needs_credentials:
        return
    if not route.is_staffs:
        yield _SECURITY[operation.dialect]
    if route.is_staffs or operation.dialect is Dialect.TRENDYOL or parameters.CHANNEL in operation.parameters:
        yield from ("operator", "support") if route.method == "GET" else ("operator",)


def _parameters(operation: Operation) -> tuple[Parameter, ...]:
    storefront = (parameters.STOREFRONT,) if operation.dialect is Dialect.TRENDYOL else ()
    return (*storefront, *operation.parameters)


def _path_parameter(name: str) -> Schema:
    description, schema, example = parameters.PATH[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def _parameter(parameter: Parameter) -> Schema:
    shown = {"name": parameter.name, "in": parameter.place, "description": parameter.description}
    return {**shown, "schema": parameter.schema}


def _success(operation: Operation) -> Schema:
    named = {name: {"description": text, "schema": {"type": "string"}} for name, text in operation.headers.items()}
    headers = {"headers": named} if named else {}
    if operation.answer is None:
        return {"description": "Done; the body is empty.", **headers}
    return {"description": "Done.", **headers, "content": _content(operation.answer)}


def _content(body: Body) -> Schema:
    examples = {name: {"value": value} for name, value in body.examples.items()}
    return {body.media_type: {"schema": body.schema, "examples": examples}}


def _models() -> set[type]:
    """All that the document refers to, by the modules that the catalogue takes them from."""
    used = {value for module in _CATALOGUES for value in vars(module).values() if isinstance(value, type)}
    return {each for each in used if issubclass(each, WireModel)} | answer_models()


def _security_schemes() -> dict[str, Any]:
    return {
        "seller": {"type": "http", "scheme": "basic", "description": "A seller's API key and secret."},
        "channel": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A channel's token, from POST /v1/auth/token.",
        },
        "operator": {"type": "http", "scheme": "basic", "description": "An operator's API key and secret."},
        "support": {"type": "http", "scheme": "basic", "description": "The same of support, which may only read."},
    }
