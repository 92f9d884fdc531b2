"""The template's loops and mappings written out, as AWS::LanguageExtensions does it: `Fn::ForEach` and `Fn::FindInMap`.

Nothing but a standard Python is needed for it: SAM's own runs it too, for tests. Tags may be short (`Sub`) or long
(`Fn::Sub`).
"""

import re
from collections.abc import Iterator
from typing import Any

LOOP = "Fn::ForEach::"
_SUBSTITUTION = ("Sub", "Fn::Sub")
_LOOK_UP = ("FindInMap", "Fn::FindInMap")


def without_loops(template: dict[str, Any]) -> dict[str, Any]:
    """The same template without loops among its resources, and without look-ups in its mappings."""
    written_out = dict(_each(template["Resources"]))
    mappings = template.get("Mappings", {})
    return {**template, "Resources": {name: _looked_up(each, mappings) for name, each in written_out.items()}}


def _each(resources: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, resource in resources.items():
        if name.startswith(LOOP):
            yield from _turns(*resource)
        else:
            yield name, resource


def _turns(variable: str, values: list[str], body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for value in values:
        for name, resource in body.items():
            yield _filled(name, variable, value), _with(resource, variable, value)


def _with(node: Any, variable: str, value: str) -> Any:  # noqa: ANN401 - any part of a template
    """Filled in where AWS does it: in references, and in the texts of substitutions."""
    match node:
        case {"Ref": name} if name == variable:
            return value
        case dict():
            return {
                key: _filled(each, variable, value)
                if key in _SUBSTITUTION and isinstance(each, str)
                else _with(each, variable, value)
                for key, each in node.items()
            }
        case list():
            return [_with(each, variable, value) for each in node]
    return node


def _filled(text: str, variable: str, value: str) -> str:
    return re.sub(rf"\$\{{{variable}\}}", value, text)


def _looked_up(node: Any, mappings: dict[str, Any]) -> Any:  # noqa: ANN401 - any part of a template
    if isinstance(node, list):
        return [_looked_up(each, mappings) for each in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and next(iter(node)) in _LOOK_UP:
        ((mapping, first, second),) = node.values()
        return mappings[mapping][first][second]
    return {key: _looked_up(each, mappings) for key, each in node.items()}
