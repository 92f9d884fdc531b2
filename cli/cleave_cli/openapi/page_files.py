"""The console's paths: files for a browser, where the others take and answer data."""

from collections.abc import Callable, Iterable

from cleave.entry.pages import MEDIA_TYPES

from cleave_cli.openapi.operation import Schema
from cleave_cli.openapi.refusals import gateway_response
from cleave_cli.openapi.routes import Route

TAG = ("Console", "The page for operators and support, in stacks with the parameter Console.")
_TEXT: Schema = {"type": "string"}
_EXAMPLES = {".html": "<!doctype html>…", ".css": ":root { … }", ".js": "import …", ".svg": "<svg …", ".md": "# …"}
_ETAG: Schema = {"ETag": {"description": "Names the file's content.", "schema": _TEXT}}
_KNOWN: Schema = {"name": "If-None-Match", "in": "header", "description": "The ETag of a known file.", "schema": _TEXT}
_FILE: Schema = {
    "name": "file",
    "in": "path",
    "required": True,
    "description": "As the page names it.",
    "schema": {**_TEXT, "minLength": 1},
    "example": "app.js",
}
_UNKNOWN: Schema = {"no.such.page": {"value": "There is no such page.\n"}}


def operation(route: Route, refer: Callable[[str, Schema], Schema]) -> Schema:
    """``refer`` keeps a response that several have, and answers the reference to it."""
    is_any = "{file}" in route.path
    answers = {
        "304": {"description": "The file is as the browser has it.", "headers": _ETAG},
        "404": {
            "description": "There is no such file.",
            "content": {"text/plain": {"schema": _TEXT, "examples": _UNKNOWN}},
        },
        "429": gateway_response(429),
        "500": gateway_response(500),
    }
    return {
        "operationId": route.operation_id,
        "summary": "One of the page's files, or a runbook." if is_any else "The page.",
        "tags": [TAG[0]],
        "security": [],
        "parameters": [*([_FILE] if is_any else []), _KNOWN],
        "responses": {
            "200": {
                "description": "Done.",
                "headers": _ETAG,
                "content": _content(MEDIA_TYPES if is_any else [".html"]),
            },
            **{status: refer(status, answer) for status, answer in answers.items()},
        },
    }


def _content(suffixes: Iterable[str]) -> Schema:
    return {
        MEDIA_TYPES[each].partition(";")[0]: {"schema": _TEXT, "examples": {"example": {"value": _EXAMPLES[each]}}}
        for each in suffixes
    }
