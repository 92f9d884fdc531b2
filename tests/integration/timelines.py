"""How tests ask for an order's timeline, and read it."""

from typing import Any

from functions.get_order_timeline.app import handler as get_timeline
from tests.support.gateway import Answer, Caller

type Document = dict[str, Any]

SELLER: dict[str, object] = {"sellerId": 20811}
ORDER = "10811190301"


def ask(caller: Caller, order: str = ORDER, **query: object) -> Answer:
    path = {"sellerId": caller.sellers[0]} if caller.role == "seller" else {}
    wanted = {name: [str(value)] for name, value in query.items()}
    return caller.call(get_timeline, path={**path, "orderNumber": order}, query=wanted)


def part(caller: Caller, order: str = ORDER, **query: object) -> Document:
    (found,) = ask(caller, order, **query).json["parts"]
    document: Document = found
    return document


def told(found: Document) -> list[tuple[str, object]]:
    named = {"event": "status", "delivery": "state"}
    return [(each["type"], each[named.get(each["type"], "cancellationId")]) for each in found["timeline"]]
