"""What Lambda brings in a shape that nobody sends: it holds back nothing else, and nothing is done for it."""

import json
from typing import Any

import pytest
from cleave.entry.queue import consume_queue
from cleave.table.table import Table

from functions.auth_token.app import handler as auth_token
from functions.authorizer.app import handler as authorizer
from tests.integration.conftest import FrozenClock
from tests.support.telling import DelayQueue, Script, drainer, store_event, tell, webhook

ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/v1/webhooks"


def message(number: int, body: object) -> dict[str, object]:
    return {"messageId": str(number), "body": body, "attributes": {"ApproximateReceiveCount": "99"}}


@pytest.mark.parametrize(
    "odd",
    [
        {"messageId": "1"},
        *(
            message(1, body)
            for body in (
                None, "", "no JSON", "null", "[]", "5", "[" * 100_000, '{"subscription_id": "w"}',
                '{"Service": "Amazon S3", "Event": "s3:TestEvent"}',
                '{"subscription_id": "w", "track": 0, "of a later version": 1}',
            )
        ),
    ],
)  # fmt: skip
def test_a_message_that_is_none_of_ours_comes_again_alone(table: Table, clock: FrozenClock, odd: Any) -> None:  # noqa: ANN401
    bell, script = DelayQueue(clock), Script()
    webhook(table, clock())
    tell(table, bell, store_event(table, "A", clock()))
    (wake,) = bell.wakes
    ours = message(2, json.dumps({"subscription_id": wake.subscription_id, "track": wake.track}))
    drain = drainer(table, script, bell)
    answer = consume_queue(drain.drain, drain.probe, {"Records": [odd, ours, ours]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert script.in_order("A") == [1]


def test_a_batch_without_messages_is_done(table: Table, clock: FrozenClock) -> None:
    drain = drainer(table, Script(), DelayQueue(clock))
    assert consume_queue(drain.drain, drain.probe, {"Records": []}) == {"batchItemFailures": []}


@pytest.mark.parametrize("headers", [None, {}, {"Authorization": None}, {"authorization": ""}])
@pytest.mark.usefixtures("table")
def test_a_call_without_credentials_is_denied(headers: object) -> None:
    (statement,) = authorizer({"methodArn": ARN, "headers": headers}, None)["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"


GRANT = '{"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}'
ODD_CALLS: dict[str, tuple[dict[str, object], int]] = {
    "as usual": ({}, 401),
    "null headers": ({"headers": None}, 401),
    "a header that is null": ({"headers": {"Content-Type": None}}, 401),
    "an empty type": ({"headers": {"content-type": ""}}, 415),
    "a form": ({"headers": {"CONTENT-TYPE": "application/x-www-form-urlencoded"}}, 415),
    "a null body": ({"body": None}, 400),
    "a null body in base64": ({"body": None, "isBase64Encoded": True}, 400),
    "no base64": ({"body": "a", "isBase64Encoded": True}, 400),
    "base64 of no ASCII": ({"body": "é", "isBase64Encoded": True}, 400),
    "half a surrogate pair": ({"body": "\ud800"}, 400),
    "a byte order mark": ({"body": f"\ufeff{GRANT}"}, 401),
    "no request id": ({"requestContext": {}}, 401),
    "no authorizer": ({"requestContext": {"authorizer": None}}, 401),
}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", ODD_CALLS)
def test_a_call_of_any_shape_is_answered(name: str) -> None:
    odd, status = ODD_CALLS[name]
    usual = {"httpMethod": "POST", "headers": {"Content-Type": "application/json"}, "body": GRANT}
    assert auth_token({**usual, "requestContext": {"requestId": "r"}, **odd}, None)["statusCode"] == status
