"""The template as data: what is deployed, and not a copy of it."""

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


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}
