"""The deployed template as data, not a copy of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from cleave_cli.loops import without_loops
from cleave_cli.paths import ROOT


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values: ``!Ref Table`` is ``{"Ref": "Table"}``."""


def _construct(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {tag: loader.construct_mapping(node, deep=True)}
    raise TypeError(f"{type(node).__name__} under !{tag}")


_Loader.add_multi_constructor("!", _construct)


@cache
def template() -> dict[str, Any]:
    """template.yaml, its loops written out, its intrinsic functions unresolved."""
    document: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return without_loops(document)


def text(node: str | dict[str, Any]) -> str:
    """A text of the template, with the values that it is given in place of their names."""
    if isinstance(node, str):
        return node
    pattern, given = node["Sub"]
    for name, value in given.items():
        pattern = pattern.replace(f"${{{name}}}", value)
    return str(pattern)


def gateway_answers() -> Iterator[tuple[str, str | None, dict[str, str], str]]:
    """API Gateway's own answers: its name for each, status (None is its own), headers, and body."""
    (properties,) = resources("AWS::Serverless::Api").values()
    for name, response in properties["GatewayResponses"].items():
        status = str(response["StatusCode"]) if "StatusCode" in response else None
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        yield name, status, headers, text(response["ResponseTemplates"]["application/json"])


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer of API Gateway itself, as the template words it; ``allow`` is the header's value."""

    status: str
    allow: str
    body: str


def other_methods() -> dict[str, WrittenAnswer]:
    """Each path's answer to methods that it does not have."""
    (properties,) = resources("AWS::Serverless::Api").values()
    paths = properties["DefinitionBody"]["paths"].items()
    return {path: _answer(item["x-amazon-apigateway-any-method"]) for path, item in paths}


def _answer(operation: dict[str, Any]) -> WrittenAnswer:
    _, operation, _ = operation.get("If", (None, operation, None))  # where it is there at all
    (answer,) = operation["x-amazon-apigateway-integration"]["responses"].values()
    allow = answer["responseParameters"]["method.response.header.Allow"].strip("'")
    return WrittenAnswer(answer["statusCode"], allow, text(answer["responseTemplates"]["application/json"]))


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}
