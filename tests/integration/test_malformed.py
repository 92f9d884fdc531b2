"""What is malformed is refused before anything is asked of the table or anybody else, at every endpoint."""

import json
from collections.abc import Callable

import pytest
from cleave.entry import resources
from cleave.table.table import Table

from functions.auth_token.app import handler as auth_token
from tests.support.calls import calls_of
from tests.support.endpoints import Target, ask, endpoints
from tests.support.gateway import Caller

TARGET = Target(20811, 1, 2, "O-1", "O-1_LAMP", "w", "d")
MALFORMED = {
    "no JSON": "{",
    "text": '"text"',
    "a number too long for any reader": '{"lines": 1e999}',
    "a number too small for any reader": '{"grant_type": 1e-999}',
    "an exponent too long for any reader": '{"grant_type": 1e-99999999999999999999}',
    "an integer too long for any reader": '{"lines": ' + "9" * 5_000 + "}",
    "of the wrong types": json.dumps(
        {name: [[7]] for name in ("lines", "url", "cancel_items", "order_items", "since")}
    ),
    "too deep": "[" * 70 + "]" * 70,
    "too large": json.dumps({"reason": "x" * 6_000_000}),
    "half a surrogate pair": '{"reason": "\\ud800"}',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_body_is_refused_without_a_single_call(
    table: Table, token_secret: Callable[[str], None], de_seller: Caller, channel: Caller, what: str
) -> None:
    del table, token_secret
    clients = [resources.client(name) for name in ("dynamodb", "sqs", "kms", "secretsmanager")]
    with calls_of(clients[0]) as first, calls_of(clients[1]), calls_of(clients[2]), calls_of(clients[3]) as last:
        for endpoint in endpoints():
            if endpoint.takes_a_body:
                caller = de_seller if endpoint.is_called_by_sellers else channel
                answer = ask(caller, endpoint, TARGET, MALFORMED[what])
                assert answer.status in {400, 404, 413}, endpoint
        assert Caller("", (), {}).call(auth_token, MALFORMED[what]).status in {400, 413}
    assert first == last == []
