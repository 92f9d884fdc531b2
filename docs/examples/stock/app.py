"""Counts, for each sku, the units that can be sold again, from the events of a Cleave stage.

The queue may deliver an event twice, late and in any order. By its id it counts once, and a sum knows no order.
"""

import json
import os
from collections import Counter
from itertools import batched
from typing import Any

import boto3

APPLIED = "cleave.cancellation.applied.v1"
# A transaction has 100 writes at most; one of them remembers the event.
SKUS_AT_ONCE = 99


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer which messages failed; the queue brings them again."""
    del context
    client, table = boto3.client("dynamodb"), os.environ["TABLE_NAME"]
    failed = []
    for record in event["Records"]:
        try:
            count(client, table, json.loads(record["body"]))
        except client.exceptions.TransactionConflictException:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def count(client: Any, table: str, message: dict[str, Any]) -> None:
    """Add the units of an event, once. A bus wraps the event in one of its own; a subscription's queue does not."""
    fact = message.get("detail", message)
    if fact["type"] != APPLIED or not fact["data"]["canBeSoldAgain"]:
        return
    units: Counter[str] = Counter()
    for line in fact["data"]["lines"]:
        units[line["sku"]] += line["units"]
    for part, skus in enumerate(batched(sorted(units.items()), SKUS_AT_ONCE, strict=False)):
        _add_once(client, table, f"EVENT#{fact['id']}#{part}", dict(skus))


def _add_once(client: Any, table: str, event: str, units: dict[str, int]) -> None:
    """All of it, or nothing if the event was counted before."""
    seen = {
        "Put": {"TableName": table, "Item": {"pk": {"S": event}}, "ConditionExpression": "attribute_not_exists(pk)"}
    }
    try:
        client.transact_write_items(TransactItems=[seen, *(_add(table, *each) for each in units.items())])
    except client.exceptions.TransactionCanceledException as cancelled:
        if cancelled.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise


def _add(table: str, sku: str, units: int) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": f"SKU#{sku}"}},
            "UpdateExpression": "ADD units :units",
            "ExpressionAttributeValues": {":units": {"N": str(units)}},
        }
    }
