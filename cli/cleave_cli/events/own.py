"""The items of each good event. No other event changes them, so that all are good in any order."""

import json
from collections.abc import Sequence
from typing import Any

from cleave_cli.openapi.examples import sample_orders
from cleave_cli.openapi.parameters import EXAMPLE_CANCELLATION, EXAMPLE_WEBHOOK

# Functions that change a package, or need one in a state of its own.
_WITH_PACKAGES = (
    "ImportOrders",
    "UpdatePackage",
    "LegacyUpdatePackage",
    "UpdateTracking",
    "LegacyUpdateTracking",
    "AlternativeDelivery",
    "ManualDeliver",
    "ManualReturn",
    "ReportStatus",
    "ReportShipment",
    "ReportDelivery",
    "SplitPackage",
    "MultiSplit",
    "QuantitySplit",
    "SplitPackages",
    "LegacyCancelPackage",
    "OrderCancel",
    "CancelOrderItem",
    "DryRunCancelPackage",
    "DryRunOrderCancel",
    "GetCancellation",
)
# The seller's tracking number is taken from Picking on.
_PICKING = ("UpdateTracking", "LegacyUpdateTracking")
OWN_CANCELLATION = (
    "content-e6f9ada4a873d97abf9f19d5fa5b83b1"  # of CancelPackage's example for GetCancellation's package
)
_WITH_WEBHOOKS = {"DeleteWebhook": 2, "ActivateWebhook": 3, "DeactivateWebhook": 3, "UpdateWebhook": 4}
WEBHOOKS = (EXAMPLE_WEBHOOK, *(f"{EXAMPLE_WEBHOOK[:-1]}{number}" for number in sorted({*_WITH_WEBHOOKS.values()})))


def own(function: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event with the ids of the function's own items."""
    text = json.dumps(event)
    if function in _WITH_PACKAGES:
        text = _moved(text, _WITH_PACKAGES.index(function))
    if function in _WITH_WEBHOOKS:
        text = text.replace(EXAMPLE_WEBHOOK, f"{EXAMPLE_WEBHOOK[:-1]}{_WITH_WEBHOOKS[function]}")
    if function == "GetCancellation":
        text = text.replace(EXAMPLE_CANCELLATION, OWN_CANCELLATION)
    moved: dict[str, Any] = json.loads(text)
    return moved


def _moved(text: str, number: int) -> str:
    """The first sample package under ids of another: of the package, its lines and its order."""
    package, lines, order = f"33308119{number + 10}", f"476520{number + 10}", f"108111904{number:02}"
    for known, other in (("3330811901", package), ("47650811", lines), ("10811190301", order)):
        text = text.replace(known, other)
    return text


def own_packages() -> Sequence[dict[str, Any]]:
    """The packages that the functions have of their own, as an import takes them."""
    (first,) = sample_orders()["content"]
    return [
        json.loads(_moved(json.dumps({**first, "status": "Picking" if name in _PICKING else first["status"]}), number))
        for number, name in enumerate(_WITH_PACKAGES)
    ]
