"""AWS resources for tests that run without the deployed template, made from the template's own properties."""

from typing import TYPE_CHECKING, Any

from tests.support.template import resources

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CREATE = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
)


def create_table(client: "DynamoDBClient", name: str) -> None:
    """The template's table with its keys, indexes and stream."""
    properties = resources("AWS::DynamoDB::Table")["Table"]
    wanted: Any = {each: properties[each] for each in _CREATE if each in properties}
    stream: Any = {"StreamEnabled": True, **properties["StreamSpecification"]}
    client.create_table(TableName=name, StreamSpecification=stream, **wanted)
