"""What the check of every request to the database lets through, and what it does not."""

from typing import Any

import pytest
from cleave.table.limits import EXPRESSION_BYTES

from tests.support.expressions import ForbiddenExpressionError, check_request, reserved_words

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
UPDATE = {
    "UpdateExpression": "SET #s = :s, version = version + :one REMOVE #d",
    "ConditionExpression": "attribute_exists(pk) AND size(waiting) <= :one",
    NAMES: {"#s": "status", "#d": "due"},
    VALUES: {":s": {"S": "Created"}, ":one": {"N": "1"}},
}


def test_the_words_are_dynamodbs() -> None:
    assert len(reserved_words()) == 573
    assert reserved_words() >= {"status", "left", "count", "until", "shard", "format", "size", "set"}


@pytest.mark.parametrize("request_", [UPDATE, {"TransactItems": [{"Update": UPDATE}, {"Put": {}}]}, {}])
def test_what_dynamodb_takes_passes(request_: dict[str, Any]) -> None:
    check_request(request_)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ConditionExpression": "attribute_exists(pk) AND size(waiting) <= :one AND left = :one"},
        {"ConditionExpression": "attribute_exists(pk) AND size(waiting) <= :one AND l.Status = :one"},
        {"UpdateExpression": "SET #s = :s, #d = :one, ttl = :one"},
        {"KeyConditionExpression": "shard = :one"},
        {"ProjectionExpression": "pk, sk, count"},
        {"FilterExpression": "status IN (:one)"},
        {"ConditionExpression": "size(waiting) <= :one AND #other = :one"},
        {"ConditionExpression": "size(waiting) <= :two"},
        {NAMES: {**UPDATE[NAMES], "#unused": "name"}},  # type: ignore[dict-item]
        {VALUES: {**UPDATE[VALUES], ":unused": {"N": "1"}}},  # type: ignore[dict-item]
        {"UpdateExpression": f"SET #s = :s, #d = :one{' ' * EXPRESSION_BYTES}"},
    ],
)
def test_what_dynamodb_refuses_does_not(wrong: dict[str, Any]) -> None:
    for request in ({**UPDATE, **wrong}, {"TransactItems": [{"Update": {**UPDATE, **wrong}}]}):
        with pytest.raises(ForbiddenExpressionError):
            check_request(request)


def test_empty_placeholders_are_refused() -> None:
    with pytest.raises(ForbiddenExpressionError):
        check_request({"ConditionExpression": "attribute_exists(pk)", VALUES: {}})
