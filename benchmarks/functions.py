"""The template's functions."""

from typing import Any

from cleave_cli.template import resources, template


def names() -> list[str]:
    """Logical ids without the word Function."""
    return [name.removesuffix("Function") for name in resources("AWS::Serverless::Function")]


def memory_of(name: str) -> int:
    """MB."""
    return int(_own(name).get("MemorySize") or template()["Globals"]["Function"]["MemorySize"])


def environment_of(name: str) -> dict[str, Any]:
    """Its own variables."""
    variables: dict[str, Any] = _own(name)["Environment"]["Variables"]
    return variables


def source_of(name: str) -> dict[str, Any]:
    """What brings it records or messages."""
    (event,) = _own(name)["Events"].values()
    properties: dict[str, Any] = event["Properties"]
    return properties


def _own(name: str) -> dict[str, Any]:
    return resources("AWS::Serverless::Function")[f"{name}Function"]
