"""The sparse index of what was accepted or happened and is not worked off: waiting packages, events not fanned out."""

from collections.abc import Iterator
from typing import Any

from cleave.store import keys
from cleave.store.table import Item, Table, to_attributes, to_item


def waiting_keys(table: Table, partition: str, until_ms: int) -> list[keys.Key]:
    """Keys of all that waits in a partition since ``until_ms`` or longer, longest first, an order's events in order.

    Eventually consistent: what was just worked off may still be listed.
    """
    found = sorted(_query(table, partition, until_ms), key=lambda key: (key[keys.WAITING_SINCE], key["pk"], key["sk"]))
    return [{keys.PARTITION: key["pk"], keys.SORT: key["sk"]} for key in found]


def still_waiting(table: Table, key: keys.Key) -> Item | None:
    """The item, strongly consistent, or None if it was worked off since the index listed it."""
    item = table.get(key)
    return item if item and keys.PENDING in item else None


def _query(table: Table, partition: str, until_ms: int) -> Iterator[Item]:
    start: dict[str, Any] = {}
    while True:
        answer = table.ask(
            table.client.query,
            TableName=table.name,
            IndexName=keys.PENDING_INDEX,
            KeyConditionExpression="pending = :pending AND waiting_since <= :until",
            ExpressionAttributeValues=to_attributes({":pending": partition, ":until": until_ms}),
            **start,
        )
        yield from (to_item(attributes) for attributes in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
