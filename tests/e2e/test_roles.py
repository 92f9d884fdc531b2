"""What the functions' roles let through as the engine evaluates them: which action on which kind of item."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cleave_cli.deploy import STACK_NAME
from cleave_cli.environment import REGION
from cleave_cli.stack import LocalStack

from tests.support.privileges import all_prefixes, folder_of, granted_prefixes

# Each with a condition that fails: nothing is written, whoever may.
NEVER = "attribute_exists(nothing_has_this)"
CALLS: dict[str, Callable[[Any, str, dict[str, Any]], Any]] = {
    "dynamodb:GetItem": lambda client, table, key: client.get_item(TableName=table, Key=key),
    "dynamodb:BatchGetItem": lambda client, table, key: client.batch_get_item(RequestItems={table: {"Keys": [key]}}),
    "dynamodb:Query": lambda client, table, key: client.query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key["pk"]}
    ),
    "dynamodb:PutItem": lambda client, table, key: client.put_item(
        TableName=table, Item=key, ConditionExpression=NEVER
    ),
    "dynamodb:UpdateItem": lambda client, table, key: client.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": table,
                    "Key": key,
                    "UpdateExpression": "REMOVE nothing_has_this",
                    "ConditionExpression": NEVER,
                }
            }
        ]
    ),
    "dynamodb:DeleteItem": lambda client, table, key: client.delete_item(
        TableName=table, Key=key, ConditionExpression=NEVER
    ),
}


def roles(stack: LocalStack) -> dict[str, str]:
    """The role of each function, by its folder."""
    client = stack.deployment.session.client("cloudformation", endpoint_url=stack.deployment.endpoint)
    found = client.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    named = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in found
        for each in page["StackResourceSummaries"]
    }
    return {folder: named[f"{function}Role"] for function, folder in folder_of().items()}


@contextmanager
def playing(stack: LocalStack, role: str) -> Iterator[Any]:
    """DynamoDB as the function has it; for as long as the block runs, the role trusts us instead of Lambda."""
    session, endpoint = stack.deployment.session, stack.deployment.endpoint
    iam, sts = session.client("iam", endpoint_url=endpoint), session.client("sts", endpoint_url=endpoint)
    found: Any = iam.get_role(RoleName=role)["Role"]
    us = {"Effect": "Allow", "Principal": {"AWS": sts.get_caller_identity()["Arn"]}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [us]})
    )
    try:
        given = sts.assume_role(RoleArn=found["Arn"], RoleSessionName="test")["Credentials"]
        yield session.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(found["AssumeRolePolicyDocument"]))


def is_let(client: Any, action: str, table: str, prefix: str) -> bool:  # noqa: ANN401 - boto3's
    try:
        CALLS[action](client, table, {"pk": {"S": f"{prefix}x"}, "sk": {"S": "x"}})
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDeniedException"
    return True


def test_a_function_reaches_the_kinds_of_items_that_its_policy_names_and_no_other(stack: LocalStack) -> None:
    granted, table = granted_prefixes(), stack.deployment.outputs["TableName"]
    for function, role in roles(stack).items():
        tried = [
            (action, prefix) for action in {action for action, _ in granted[function]} for prefix in all_prefixes()
        ]
        with playing(stack, role) as client:
            let = {(action, prefix) for action, prefix in tried if is_let(client, action, table, prefix)}
            with pytest.raises(ClientError, match="AccessDenied"):
                client.scan(TableName=table)
        assert let == granted[function], function
