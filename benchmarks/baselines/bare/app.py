"""Baseline (a): one DynamoDB client and nothing else; less than any function can do with."""

import os
from typing import Any

import boto3

client = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer; a PUT is written first."""
    if event["httpMethod"] == "PUT":
        client.put_item(TableName=os.environ["TABLE_NAME"], Item={"pk": {"S": "bare"}, "sk": {"S": "bare"}})
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": ""}
