"""Who may call what: every role at every endpoint that the template has."""

import json
from collections.abc import Callable

import pytest
from cleave.domain.roles import Role
from cleave.entry import resources
from cleave.table.table import Table

from tests.support.calls import calls_of
from tests.support.endpoints import Endpoint, Target, ask, endpoints
from tests.support.gateway import Answer, Caller

TARGET = Target(20811, 1, 2, "O-1", "O-1_LAMP", "w", "d")
CALLERS = {
    Role.SELLER: Caller("seller", (20811,), {}),
    Role.CHANNEL: Caller("channel", (20811,), {}),
    Role.OPERATOR: Caller("operator", (), {}),
    Role.SUPPORT: Caller("support", (), {}),
}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "SendMessage", "Encrypt"}
# Under /v1, what an operator may do in a channel's place.
OF_WEBHOOKS = "/v1/webhooks/{webhookId}"


def may(role: Role, endpoint: Endpoint) -> bool:
    """As docs/credentials.md has it."""
    if role is Role.SUPPORT:
        return endpoint.method == "GET"
    if endpoint.is_staffs:
        return role is Role.OPERATOR
    if endpoint.code == "import_orders":
        return True
    if role is Role.OPERATOR:
        return endpoint.is_sellers or endpoint.method == "GET" or endpoint.path.startswith(OF_WEBHOOKS)
    return endpoint.is_called_by_sellers == (role is Role.SELLER)


@pytest.fixture
def asked(table: Table, let_happen: Callable[[], None]) -> Callable[[Role, Endpoint], tuple[Answer, list[str]]]:
    """The answer, and what it took."""
    del table, let_happen

    def asked(role: Role, endpoint: Endpoint) -> tuple[Answer, list[str]]:
        with calls_of(resources.client("dynamodb")) as first, calls_of(resources.client("sqs")) as second:
            answer = ask(CALLERS[role], endpoint, TARGET)
        return answer, [*first, *second]

    return asked


@pytest.mark.parametrize("role", Role)
def test_every_endpoint_is_closed_to_those_whose_it_is_not(
    asked: Callable[[Role, Endpoint], tuple[Answer, list[str]]], role: Role
) -> None:
    for endpoint in endpoints():
        answer, calls = asked(role, endpoint)
        is_refused = answer.status == 403 and "authorization.error" in json.dumps(answer.json)
        assert is_refused != may(role, endpoint), endpoint
        assert not is_refused or calls == [], endpoint


def test_support_writes_nothing(asked: Callable[[Role, Endpoint], tuple[Answer, list[str]]]) -> None:
    for endpoint in endpoints():
        assert WRITES.isdisjoint(asked(Role.SUPPORT, endpoint)[1]), endpoint


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPPORT])
def test_who_asks_in_a_channels_place_names_it(
    asked: Callable[[Role, Endpoint], tuple[Answer, list[str]]], role: Role
) -> None:
    """By a key that a credential can have: it becomes a part of the table's keys."""
    theirs = [each for each in endpoints() if not each.is_sellers and not each.is_staffs and may(role, each)]
    assert len(theirs) > 4
    for endpoint in theirs:
        answer, calls = asked(role, endpoint)
        assert (answer.status, answer.json["errors"][0]["field"], calls) == (400, "channel", []), endpoint
        for wrong in ([""], ["a#b"], ["a b"], ["x" * 201], ["\u00e9"], ["one", "two"]):
            again = CALLERS[role].call(endpoint.handler, {}, path=TARGET.path(endpoint), query={"channel": wrong})
            assert again.status == 400, endpoint


def test_staff_of_some_storefronts_reaches_no_channel() -> None:
    limited = Caller("support", (), {}, storefronts=("DE",))
    for endpoint in endpoints():
        if not endpoint.is_sellers and may(Role.SUPPORT, endpoint) and not endpoint.is_staffs:
            answer = limited.call(endpoint.handler, path=TARGET.path(endpoint), query={"channel": ["theirs"]})
            assert answer.status == 403, endpoint
