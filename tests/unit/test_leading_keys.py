"""What the local engine is taught of DynamoDB's condition key: the partition keys that a request names."""

from typing import Any

import pytest
from cleave_cli.engine_main import leading_keys

KEY = {"pk": {"S": "PACKAGE#1#2"}, "sk": {"S": "PACKAGE"}}
OTHER = {"pk": {"S": "ORDER#3"}, "sk": {"S": "SELLER#1"}}
QUERY = {"ExpressionAttributeValues": {":of": {"S": "PENDING#0"}, ":until": {"N": "5"}}}


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"Key": KEY}, ["PACKAGE#1#2"]),
        ({"Item": {**KEY, "status": {"S": "Created"}}}, ["PACKAGE#1#2"]),
        ({"RequestItems": {"table": {"Keys": [KEY, OTHER]}}}, ["PACKAGE#1#2", "ORDER#3"]),
        ({"TransactItems": [{"Put": {"Item": KEY}}, {"Update": {"Key": OTHER}}]}, ["PACKAGE#1#2", "ORDER#3"]),
        ({**QUERY, "KeyConditionExpression": "#p = :of AND since <= :until"}, ["PENDING#0"]),
        ({"TableName": "scanned"}, []),
        ({"RequestItems": {"another": {"Keys": [{"id": {"N": "1"}}]}}}, []),
        ({"RequestItems": {"another": [{"PutRequest": {"Item": KEY}}]}}, []),
    ],
    ids=["get", "put", "batch", "transaction", "query", "scan", "another table", "batch of writes"],
)
def test_the_partition_keys_of_a_request_are_found(request_: dict[str, Any], named: list[str]) -> None:
    assert list(leading_keys(request_)) == named
