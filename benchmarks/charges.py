"""What DynamoDB charges for a request, by the kinds of its keys and by index.

What the engine says of writes was measured against DynamoDB by its makers. What it does not say truly (reads, and
writes that were refused), or not in parts, is charged by the items' sizes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.sizes import item_size, read_units, write_units

type Units = Mapping[str, float]
"""Capacity units by the kind of the partition's key, as in ``PACKAGE``, or by the index' name."""

type Typed = Mapping[str, Any]
"""An item, or a key, in DynamoDB's typed form."""

_NARROWING = frozenset({"ProjectionExpression", "FilterExpression"})
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Charges:
    """``plain`` is a client that nobody counts."""

    plain: Any

    def stored(self, params: Mapping[str, Any]) -> list[Typed]:
        """The items that a request is about to write, as they are; empty for those that are not there."""
        table = params["TableName"] if "TableName" in params else _parts(params)[0]["TableName"]
        keys = [_key(part) for part in _parts(params)]
        found: dict[tuple[str, str], Typed] = {}
        for start in range(0, len(keys), _BATCH):
            request = {table: {"Keys": keys[start : start + _BATCH], "ConsistentRead": True}}
            items = self.plain.batch_get_item(RequestItems=request)["Responses"][table]
            found |= {_place(item): item for item in items}
        return [found.get(_place(key), {}) for key in keys]

    def of_write(self, params: Mapping[str, Any], before: list[Typed], answer: Mapping[str, Any]) -> Units:
        """Each item by the larger of what it was and is; one that was refused by what it would have been."""
        if "Error" in answer:
            return _weighed(params, before, [part.get("Item", {}) for part in _parts(params)])
        units = added(_weighed(params, before, self.stored(params)), _of_indexes(answer))
        if sum(units.values()) != _charged(answer):
            raise RuntimeError(f"{units} where the engine charges {answer['ConsumedCapacity']}")
        return units

    def of_read(self, name: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
        """A query by all that it looks at together, each key of a batch for itself, whether it is there or not."""
        match name:
            case "Query":
                return self._of_query(params)
            case "BatchGetItem":
                return _of_batch(params, answer)
            case _:
                size = item_size(answer.get("Item", {}))
                return {_kind(params["Key"]): read_units(size, consistent=params["ConsistentRead"])}

    def _of_query(self, params: Mapping[str, Any]) -> Units:
        """What its filter leaves out is charged too."""
        whole = {name: value for name, value in params.items() if name not in _NARROWING}
        size = sum(item_size(item) for item in self.plain.query(**whole)["Items"])
        kind = params.get("IndexName") or _prefix(params["ExpressionAttributeValues"][":pk"]["S"])
        return {kind: read_units(size, consistent=params.get("ConsistentRead", False))}


def added(*parts: Units) -> Units:
    """The sum of each kind."""
    units: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for kind, amount in part.items():
            units[kind] += amount
    return dict(units)


def _weighed(params: Mapping[str, Any], before: Iterable[Typed], after: Iterable[Typed]) -> Units:
    twice = 2 if "TransactItems" in params else 1
    return added(
        *(
            {_kind(_key(part)): twice * write_units(max(old, new, key=item_size))}
            for part, old, new in zip(_parts(params), before, after, strict=True)
        )
    )


def _charged(answer: Mapping[str, Any]) -> float:
    return sum(float(each["CapacityUnits"]) for each in _tables(answer))


def _of_indexes(answer: Mapping[str, Any]) -> Units:
    indexes = [each.get("GlobalSecondaryIndexes", {}) for each in _tables(answer)]
    return added(*({name: used["CapacityUnits"] for name, used in each.items()} for each in indexes))


def _tables(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    consumed = answer["ConsumedCapacity"]
    return consumed if isinstance(consumed, list) else [consumed]


def _of_batch(params: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
    (request,) = params["RequestItems"].values()
    (found,) = answer["Responses"].values()
    sizes = {_place(item): item_size(item) for item in found}
    consistent = request["ConsistentRead"]
    return added(
        *({_kind(key): read_units(sizes.get(_place(key), 0), consistent=consistent)} for key in request["Keys"])
    )


def _parts(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "TransactItems" not in params:
        return [params]
    return [part for each in params["TransactItems"] for part in each.values()]


def _key(part: Mapping[str, Any]) -> Typed:
    key: Typed = part.get("Key") or {name: part["Item"][name] for name in ("pk", "sk")}
    return key


def _place(item: Typed) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _kind(key: Typed) -> str:
    return _prefix(key["pk"]["S"])


def _prefix(partition: str) -> str:
    return partition.partition("#")[0]
