"""The template as data, so that tests use what is deployed and not a copy of it."""

import tomllib
from typing import Any

from cleave_cli.paths import ROOT
from cleave_cli.template import resources, template

__all__ = ["ROOT", "resources", "routes", "samconfig", "template"]


def samconfig() -> dict[str, Any]:
    """samconfig.toml: by stage, then by command of `sam`."""
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


def routes() -> set[tuple[str, str]]:
    """Method and path of everything that the API serves."""
    functions = resources("AWS::Serverless::Function").values()
    events = [event for function in functions for event in function.get("Events", {}).values()]
    return {(each["Properties"]["Method"], each["Properties"]["Path"]) for each in events if each["Type"] == "Api"}
