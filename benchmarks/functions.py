"""The template's functions."""

from typing import Any

from cleave_cli.template import resources, template


def names() -> list[str]:
    """Logical ids without the word Function."""
    return [name.removesuffix("Function") for name in resources("AWS::Serverless::Function")]


def memory_of(name: str) -> int:
    """MB."""
    own: dict[str, Any] = resources("AWS::Serverless::Function")[f"{name}Function"]
    return int(own.get("MemorySize") or template()["Globals"]["Function"]["MemorySize"])
