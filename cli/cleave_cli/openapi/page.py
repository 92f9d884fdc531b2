"""docs/api.md: the document for people."""

import json
from collections.abc import Iterator
from typing import Any

from cleave_cli.openapi.document import document
from cleave_cli.openapi.operation import Schema
from cleave_cli.paths import ROOT

PAGE = ROOT / "docs/api.md"
_MAX_EXAMPLE = 1500  # a whole package is no quick reading; it is in openapi.json

_HEAD = """# API

Made by `cleave openapi` from [openapi.json](openapi.json), which is made from the template, the wire models and the
catalogue of refusals. What each key means: [errors](errors.md). A 500 `generic.exception` can be repeated as it is,
a 429 after `Retry-After`. A path answers a method that it has not with 405, and with those that it has in `Allow`.
"""


def render() -> str:
    """The whole page."""
    made = document()
    sections = [_HEAD]
    for tag in made["tags"]:
        sections.append(f"\n## {tag['name']}\n\n{tag['description']}\n")
        sections += [
            _endpoint(made, path, method, operation)
            for path, methods in made["paths"].items()
            for method, operation in methods.items()
            if tag["name"] in operation["tags"]
        ]
    return "".join(sections)


def _endpoint(made: Schema, path: str, method: str, operation: Schema) -> str:
    lines = [f"\n### {method.upper()} {path}\n\n{operation['summary']}\n"]
    lines += _parameters(operation)
    if "requestBody" in operation:
        lines += _body("Takes", operation["requestBody"]["content"])
    status, success = next(iter(operation["responses"].items()))
    if "content" in success:
        lines += _body(f"Answers {status}", success["content"])
    else:
        lines.append(f"\nAnswers {status} with an empty body.\n")
    lines.append("\n| status | keys |\n| --- | --- |\n")
    lines += [f"| {each} | {_keys(made, response)} |\n" for each, response in list(operation["responses"].items())[1:]]
    return "".join(lines)


def _parameters(operation: Schema) -> Iterator[str]:
    wanted = [each for each in operation.get("parameters", []) if each["in"] != "path"]
    if wanted:
        yield "\n| parameter | in | |\n| --- | --- | --- |\n"
    for each in wanted:
        yield f"| `{each['name']}` | {each['in']} | {each['description']} |\n"


def _body(title: str, content: Schema) -> Iterator[str]:
    ((media_type, body),) = content.items()
    example: Any = body["examples"]["example"]["value"]
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    yield f"\n{title} `{media_type}`, {_named(body['schema'])}:\n"
    if len(text) > _MAX_EXAMPLE:
        yield "\nSee the example in openapi.json.\n"
    else:
        yield f"\n```{'json' if media_type.endswith('json') else 'text'}\n{text}\n```\n"


def _named(schema: Schema) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"a list of {_named(schema['items'])}"
    choices = [_named(each) for each in (*schema.get("anyOf", ()), *schema.get("allOf", ()))]
    return " or ".join(dict.fromkeys(choice for choice in choices if choice != "text")) or "text"


def _keys(made: Schema, response: Schema) -> str:
    shared = made["components"]["responses"][response["$ref"].rpartition("/")[2]]
    names = [name for body in shared["content"].values() for name in body.get("examples", {})]
    return ", ".join(f"`{name}`" for name in names) or "API Gateway's own"
