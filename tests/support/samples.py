"""The sample orders that the repository ships, and domain values made from them."""

import json
from typing import Any

from tests.support.template import ROOT


def sample(name: str) -> dict[str, Any]:
    """A page envelope of events/orders, for example ``sample-orders`` or ``sample-orders-tr``."""
    document: dict[str, Any] = json.loads((ROOT / f"events/orders/{name}.json").read_text())
    return document
