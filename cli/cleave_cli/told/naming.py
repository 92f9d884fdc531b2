"""The kind of an incoming message, by its name."""

import json
from typing import Any

from cleave.dialects.trendyol.webhooks import STATUSES
from cleave.domain.status import status_word

from cleave_cli.told.catalogue import HEPSIGLOBAL_TEST, TRENDYOL_TEST

_SPELLED = {status.value: spelled for spelled, status in STATUSES.items()}


def name_of(path: str, body: bytes) -> str:
    """``path`` follows the subscription's URL. A message without a name is ``unknown``."""
    try:
        document = json.loads(body)
    except ValueError:
        return "unknown"
    if not isinstance(document, dict):
        return "unknown"
    if "specversion" in document:
        return str(document.get("type"))
    if path.startswith("/webhooks/"):
        return HEPSIGLOBAL_TEST if "cancel_items" in document else f"hepsiglobal.{path.removeprefix('/webhooks/')}"
    return _of_page(document)


def _of_page(document: dict[str, Any]) -> str:
    packages = document.get("content")
    if packages == []:
        return TRENDYOL_TEST
    if not isinstance(packages, list) or not isinstance(packages[0], dict):
        return "unknown"
    status = str(packages[0].get("status"))
    return f"trendyol.{_SPELLED.get(status_word(status), status)}"


def order_of(body: bytes) -> str | None:
    """The number of the order that a message is about, if it says one."""
    document: Any = json.loads(body)
    if not isinstance(document, dict):
        return None
    first: dict[str, Any] = next(iter(document.get("content") or []), {})
    places: list[dict[str, Any]] = [document, document.get("data", {}).get("order", {}), first]
    found = [place[name] for place in places for name in ("order_number", "orderNumber") if name in place]
    return str(found[0]) if found else None
