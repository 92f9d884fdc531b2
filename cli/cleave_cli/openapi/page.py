"""docs/api.md: the document for people."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from cleave_cli.openapi import webhooks
from cleave_cli.openapi.document import document
from cleave_cli.openapi.operation import Schema
from cleave_cli.paths import ROOT

PAGE = ROOT / "docs/api.md"
_MAX_EXAMPLE = 1500  # a whole package is no quick reading; it is in openapi.json

_HEAD = """# API

For those who write a client: every endpoint with its requests and answers.

`cleave openapi` generates this page and [openapi.json](openapi.json) from the template, the wire models and the
catalogue of refusals. [Errors](errors.md) explains each key, [values](values.md) how Cleave reads values.
After a 500 `generic.exception`, repeat the request as it is; after a 429, wait for `Retry-After` first. A path
answers a method that it does not have with 405, and names its methods in `Allow`.
"""

type Refusal = tuple[str, str]  # status and key


@dataclass(frozen=True)
class _Endpoint:
    """One operation under all its paths, the first of which names it."""

    places: tuple[str, ...]
    operation: Schema
    refusals: frozenset[Refusal]

    @property
    def anchor(self) -> str:
        """Of its heading, as forges and MkDocs make it."""
        return re.sub(r"[^\w\s-]", "", self.places[0]).lower().replace(" ", "-")


def render() -> str:
    """The whole page."""
    made = document()
    sections = [_HEAD]
    for tag in made["tags"]:
        endpoints = list(_endpoints(made, tag["name"]))
        if not endpoints:
            continue
        everywhere, with_body = _shared(endpoints)
        sections.append(f"\n## {tag['name']}\n\n{tag['description']}\n\n")
        sections += [f"- [{each.operation['summary'].rstrip('.')}](#{each.anchor})\n" for each in endpoints]
        if everywhere:
            sections.append(f"\nEach of them can refuse with: {_listed(everywhere)}.\n")
        if with_body:
            sections.append(f"\nEach that takes a body, also with: {_listed(with_body)}.\n")
        for each in endpoints:
            known = (everywhere if _is_closed(each) else frozenset()) | (
                with_body if _takes_a_body(each) else frozenset()
            )
            sections.append(_described(each, each.refusals - known))
    return "".join([*sections, *_webhooks(made)])


def _webhooks(made: Schema) -> Iterator[str]:
    name, description = webhooks.TAG
    yield f"\n## {name}\n\n{description}\n[Signatures, order and answers](webhooks.md);"
    yield " the samples are in openapi.json.\n\n| event | when | request | body |\n| --- | --- | --- | --- |\n"
    for event, methods in made["webhooks"].items():
        for method, operation in methods.items():
            ((media_type, body),) = operation["requestBody"]["content"].items()
            request = f"{method.upper()} {operation['description'].removesuffix('.').removeprefix('To ')}"
            yield f"| `{event}` | {operation['summary']} | {request} | `{media_type}`, {_named(body['schema'])} |\n"


def _endpoints(made: Schema, tag: str) -> Iterator[_Endpoint]:
    found: dict[str, list[str]] = {}
    operations: dict[str, Schema] = {}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                same = json.dumps({**operation, "operationId": None, "parameters": _named_parameters(operation)})
                found.setdefault(same, []).append(f"{method.upper()} {path}")
                operations.setdefault(same, operation)
    for same, places in found.items():
        yield _Endpoint(tuple(places), operations[same], frozenset(_refusals(made, operations[same])))


def _refusals(made: Schema, operation: Schema) -> Iterator[Refusal]:
    for status, response in list(operation["responses"].items())[1:]:
        if int(status) < HTTPStatus.BAD_REQUEST:
            continue
        shared = made["components"]["responses"][response["$ref"].rpartition("/")[2]]
        names = [name for body in shared["content"].values() for name in body.get("examples", {})]
        yield from ((status, f"`{name}`") for name in names)
        if not names:
            yield status, "by API Gateway itself"


def _is_closed(endpoint: _Endpoint) -> bool:
    return endpoint.operation.get("security") != []


def _takes_a_body(endpoint: _Endpoint) -> bool:
    return "requestBody" in endpoint.operation


def _shared(endpoints: Sequence[_Endpoint]) -> tuple[frozenset[Refusal], frozenset[Refusal]]:
    """The refusals that all endpoints with credentials share, and those of endpoints with a body."""
    closed = [each for each in endpoints if _is_closed(each)]
    everywhere = _common(closed)
    return everywhere, _common([each for each in closed if _takes_a_body(each)]) - everywhere


def _common(endpoints: Sequence[_Endpoint]) -> frozenset[Refusal]:
    return frozenset.intersection(*(each.refusals for each in endpoints)) if endpoints else frozenset()


def _listed(refusals: Iterable[Refusal]) -> str:
    keys: dict[str, list[str]] = {}
    for status, key in sorted(refusals):
        keys.setdefault(status, []).append(key)
    return "; ".join(f"{status} {', '.join(each)}" for status, each in keys.items())


def _described(endpoint: _Endpoint, own: frozenset[Refusal]) -> str:
    operation = endpoint.operation
    first, *others = endpoint.places
    lines = [f"\n### {first}\n\n{operation['summary']}\n"]
    if others:
        lines.append(f"\nThe same as {', '.join(f'`{each}`' for each in others)}.\n")
    lines += _parameters(operation)
    if _takes_a_body(endpoint):
        lines += _body("Takes", operation["requestBody"]["content"])
    status, success = next(iter(operation["responses"].items()))
    if "content" in success:
        lines += _body(f"Answers {status}", success["content"])
    else:
        lines.append(f"\nAnswers {status} with an empty body.\n")
    if own:
        lines.append(f"\nAlso refuses with: {_listed(own)}.\n")
    return "".join(lines)


def _named_parameters(operation: Schema) -> list[Schema]:
    return [each for each in operation.get("parameters", []) if each["in"] != "path"]


def _parameters(operation: Schema) -> Iterator[str]:
    wanted = _named_parameters(operation)
    if wanted:
        yield "\n| parameter | in | |\n| --- | --- | --- |\n"
    for each in wanted:
        yield f"| `{each['name']}` | {each['in']} | {each['description']} |\n"


def _body(title: str, content: Schema) -> Iterator[str]:
    (_, body), *_ = content.items()
    media_type = " or ".join(f"`{each}`" for each in content)
    example: Any = body["examples"]["example"]["value"]
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    yield f"\n{title} {media_type}, {_named(body['schema'])}:\n"
    if len(text) > _MAX_EXAMPLE:
        yield "\nSee the example in openapi.json.\n"
    else:
        yield f"\n```{'json' if media_type.endswith('json`') else 'text'}\n{text}\n```\n"


def _named(schema: Schema) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"a list of {_named(schema['items'])}"
    choices = [_named(each) for each in (*schema.get("anyOf", ()), *schema.get("allOf", ()))]
    return " or ".join(dict.fromkeys(choice for choice in choices if choice != "text")) or "text"
