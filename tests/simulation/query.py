"""DynamoDB's Query, of the table and of its indexes, page by page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.simulation.expressions import Image, condition, resolved
from tests.simulation.items import Items

type Entries = list[Image]


def ask(items: Items, request: Mapping[str, Any], most_bytes: int) -> dict[str, Any]:
    """The answer to one request."""
    name = request.get("IndexName")
    entries = _of_table(items, request) if name is None else _of_index(items, request, name)
    if not request.get("ScanIndexForward", True):
        entries.reverse()
    if "ExclusiveStartKey" in request:
        entries = _behind(entries, request["ExclusiveStartKey"])
    limit = request.get("Limit", len(entries))
    page = _fitting(entries[:limit], most_bytes if name is None else len(entries) + most_bytes)
    answer: dict[str, Any] = {"Items": _shown(page, request), "Count": len(page)}
    if page and (len(page) < len(entries) or len(page) == request.get("Limit")):
        answer["LastEvaluatedKey"] = _key_of(page[-1], items, name)
    return answer


def _names_and_values(request: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    return request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]


def _of_table(items: Items, request: Mapping[str, Any]) -> Entries:
    """``:pk`` names the partition in each of the store's queries."""
    names, values = _names_and_values(request)
    holds = condition(request["KeyConditionExpression"])
    return [image for _, image in items.partition(values[":pk"]["S"]) if holds(image, names, values)]


def _of_index(items: Items, request: Mapping[str, Any], name: str) -> Entries:
    names, values = _names_and_values(request)
    index = items.index(name)
    (kind, content), *_ = _partition(request, index.partition).items()
    holds = condition(request["KeyConditionExpression"])
    found = index.listed(Decimal(content) if kind == "N" else content)
    return [image for _, _, image in found if holds(image, names, values)]


def _partition(request: Mapping[str, Any], attribute: str) -> Mapping[str, Any]:
    """The value that the key condition wants of the index's partition key."""
    names, values = _names_and_values(request)
    left, _, right = request["KeyConditionExpression"].partition(" AND ")[0].partition(" = ")
    if resolved(left, names) != (attribute,):
        raise ValueError(f"{left} is not {attribute}")
    found: Mapping[str, Any] = values[right]
    return found


def _behind(entries: Entries, start: Mapping[str, Any]) -> Entries:
    """Those after the one with this key, which may be gone by now."""
    at = (start["pk"]["S"], start["sk"]["S"])
    places = [(each["pk"]["S"], each["sk"]["S"]) for each in entries]
    if at in places:
        return entries[places.index(at) + 1 :]
    return [each for each, place in zip(entries, places, strict=True) if place > at]


def _fitting(entries: Sequence[Image], most_bytes: int) -> Entries:
    size = 0
    page: Entries = []
    for each in entries:
        page.append(each)
        size += sum(len(name) + len(str(value)) for name, value in each.items()) if most_bytes < 1 << 20 else 0
        if size > most_bytes:
            break
    return page


def _shown(page: Entries, request: Mapping[str, Any]) -> Entries:
    """What the filter lets through, as the projection shows it."""
    names, values = _names_and_values(request)
    if "FilterExpression" in request:
        holds = condition(request["FilterExpression"])
        page = [image for image in page if holds(image, names, values)]
    if "ProjectionExpression" not in request:
        return page
    wanted = [resolved(part.strip(), names)[0] for part in request["ProjectionExpression"].split(",")]
    return [{name: image[name] for name in wanted if name in image} for image in page]


def _key_of(image: Image, items: Items, index: str | None) -> Image:
    names = ["pk", "sk"]
    if index is not None:
        names += [items.indexes[index].partition, items.indexes[index].sort]
    return {name: image[name] for name in names}
