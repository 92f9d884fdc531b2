"""The template's dashboards as data."""

import json
import re
from collections.abc import Callable
from typing import Any

type Widget = dict[str, Any]


def widgets(dashboard: dict[str, Any], resolve: Callable[[str], str]) -> list[Widget]:
    """What a board shows. ``resolve`` says what a reference comes to; one that stands for a number becomes a text."""
    body = dashboard["DashboardBody"]["Sub"]
    text = body if isinstance(body, str) else body[0]
    quoted = re.sub(r"(?<=: )\$\{(\w+)\}(?=[,}])", r'"${\1}"', text)
    filled = re.sub(r"\$\{([\w:.]+)\}", lambda found: resolve(found[1]), quoted)
    found: list[Widget] = json.loads(filled)["widgets"]
    return found
