"""Each board as one line of the template."""

import json
import re

from cleave_cli.dashboards.boards import boards
from cleave_cli.dashboards.widgets import with_numbers
from cleave_cli.paths import ROOT

TEMPLATE = ROOT / "template.yaml"


def body(name: str) -> str:
    """As the template's !Sub takes it; a quote is doubled, as YAML wants it."""
    return with_numbers(json.dumps({"widgets": boards()[name]})).replace("'", "''")


def written(template: str) -> str:
    """The template with the boards in place of those that it has."""
    for name in boards():
        line = re.compile(rf"^(  {name}:\n(?:    .*\n)*?      DashboardBody: !Sub (?:\[)?)'(?:[^']|'')*'", re.MULTILINE)
        template, times = line.subn(lambda found, name=name: f"{found[1]}'{body(name)}'", template)  # type: ignore[misc]
        if times != 1:
            raise ValueError(f"{name} has no place in the template")
    return template
