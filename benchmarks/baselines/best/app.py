"""Baseline (d): accepting a cancel in the usual way's best form, one conditional transaction with boto3's client.

Correct under races and repeats, with less to do than Cleave: one record, no reasons of refusals, no successors.
"""

import hashlib
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from pydantic import BaseModel, Field, ValidationError

logger = Logger(service="best")
client = boto3.client("dynamodb")


class Line(BaseModel):
    lineId: int = Field(gt=0)  # noqa: N815 - the wire's name
    quantity: int = Field(gt=0)


class CancelRequest(BaseModel):
    """Trendyol's updatePackage."""

    lines: list[Line] = Field(min_length=1, max_length=100)
    reasonId: int  # noqa: N815 - the wire's name


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    del context
    path, headers = event["pathParameters"], {name.lower(): value for name, value in event["headers"].items()}
    logger.set_correlation_id(event["requestContext"]["requestId"])
    try:
        request = CancelRequest.model_validate_json(event["body"])
    except ValidationError as error:
        return _answer(400, str(error.error_count()))
    key = headers.get("idempotency-key") or hashlib.sha256(event["body"].encode()).hexdigest()
    try:
        client.transact_write_items(TransactItems=_writes(path, headers.get("storefrontcode", "TR"), key, request))
    except ClientError as error:
        return _answer(409, error.response["Error"]["Code"])
    logger.info("cancellation accepted", extra={"package_id": path["packageId"]})
    return _answer(200, "")


def _writes(path: dict[str, str], storefront: str, key: str, request: CancelRequest) -> list[Any]:
    table = os.environ["TABLE_NAME"]
    lines = {f"#{place}": str(line.lineId) for place, line in enumerate(request.lines)}
    units = {f":{place}": {"N": str(line.quantity)} for place, line in enumerate(request.lines)}
    taken = ", ".join(f"#left.#{place} = #left.#{place} - :{place}" for place in range(len(request.lines)))
    there = " AND ".join(f"#left.#{place} >= :{place}" for place in range(len(request.lines)))
    waiting = {"M": {"reason": {"N": str(request.reasonId)}, "key": {"S": key}}}
    cancellation = {
        "pk": {"S": f"CANCELLATION#{path['sellerId']}#{key}"},
        "sk": {"S": "CANCELLATION"},
        "package": {"N": path["packageId"]},
        "lines": {
            "L": [{"M": {"id": {"N": str(each.lineId)}, "n": {"N": str(each.quantity)}}} for each in request.lines]
        },
    }
    update = {
        "TableName": table,
        "Key": {"pk": {"S": f"PACKAGE#{path['sellerId']}#{path['packageId']}"}, "sk": {"S": "PACKAGE"}},
        "UpdateExpression": f"SET {taken}, waiting = list_append(waiting, :waiting), version = version + :one",
        "ConditionExpression": f"storefront = :storefront AND #status IN (:created, :picking, :invoiced) AND {there}",
        "ExpressionAttributeNames": {"#left": "left", "#status": "status", **lines},
        "ExpressionAttributeValues": {
            ":waiting": {"L": [waiting]},
            ":one": {"N": "1"},
            ":storefront": {"S": storefront},
            ":created": {"S": "Created"},
            ":picking": {"S": "Picking"},
            ":invoiced": {"S": "Invoiced"},
            **units,
        },
    }
    put = {"TableName": table, "Item": cancellation, "ConditionExpression": "attribute_not_exists(pk)"}
    return [{"Put": put}, {"Update": update}]


def _line(line: Line) -> dict[str, Any]:
    return {"M": {"id": {"N": str(line.lineId)}, "quantity": {"N": str(line.quantity)}}}


def _answer(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}
