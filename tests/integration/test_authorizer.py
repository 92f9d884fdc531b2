"""The authorizer's answers: who gets in, how long, and that one answer is right for every path it is cached for."""

import base64
import fnmatch
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cleave.domain.roles import MAX_SELLERS, Role, Tier
from cleave.entry.resources import settings
from cleave.entry.tokens import issue_token
from cleave.entry.values import MAX_ID
from cleave.store.credentials import (
    Credential,
    NoCredential,
    StillRotating,
    TooManySellers,
    list_credentials,
    replace_secret,
    revoke_credential,
    store_credential,
)
from cleave.table.failures import ConditionsFailed
from cleave.table.table import Table

from functions.authorizer.app import handler as authorizer
from functions.list_webhooks.app import handler as list_webhooks
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.template import resources, routes

API = "arn:aws:execute-api:eu-central-1:123456789012:api/dev"
KEY, OLD, NEW = "the-credential", "o" * 43, "n" * 43
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def known(table: Table, clock: FrozenClock, token_secret: Callable[[str], None]) -> None:
    """A seller, limited to two storefronts. The frozen time is now, as PyJWT has its own."""
    clock.now = datetime.now(UTC).replace(microsecond=0)
    token_secret("k" * 64)
    store_credential(table, Credential(KEY, Role.SELLER, frozenset({20811}), frozenset({"DE", "AE"})), OLD, clock.now)


def basic(secret: str, key: str = KEY) -> str:
    return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"


def answer(header: str, path: str = "GET/v1/webhooks") -> dict[str, Any]:
    return authorizer({"methodArn": f"{API}/{path}", "headers": {"Authorization": header}}, None)


def gets_in(header: str) -> bool:
    (statement,) = answer(header)["policyDocument"]["Statement"]
    return bool(statement["Effect"] == "Allow")


def arn_of(route: tuple[str, str]) -> str:
    method, path = route
    return f"{method}{re.sub(r'[{]\w+[}]', 'O-7_X', path)}"


def test_the_principal_is_one_for_all_endpoints() -> None:
    assert answer(basic(OLD)) == {
        "principalId": KEY,
        "usageIdentifierKey": KEY,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{API}/*"}],
        },
        "context": {"credential": KEY, "role": "seller", "sellers": "20811", "storefronts": "AE DE"},
    }


def test_what_is_wrong_is_denied_everywhere_so_that_the_gateway_remembers_it() -> None:
    """It would not remember an exception, and ask for each repeat of a wrong credential."""
    assert answer(basic("wrong")) == {
        "principalId": "nobody",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": f"{API}/*"}],
        },
    }


@pytest.mark.parametrize(
    "credential",
    [
        Credential("free", Role.SELLER, frozenset({20811}), tier=Tier.NO_LIMITS),
        Credential("free", Role.CHANNEL, frozenset({20811, 20812})),
        Credential("free", Role.OPERATOR, frozenset()),
    ],
    ids=lambda credential: credential.role.value,
)
def test_those_without_limits_are_counted_by_one_key(
    credential: Credential, table: Table, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARED_KEY", "shared")
    settings.cache_clear()
    store_credential(table, credential, NEW, clock.now)
    assert answer(basic(NEW, "free"))["usageIdentifierKey"] == "shared"
    assert answer(basic(OLD))["usageIdentifierKey"] == KEY


def test_the_answer_is_small_however_many_sellers_a_credential_may_have(table: Table, clock: FrozenClock) -> None:
    most = frozenset(range(MAX_ID - MAX_SELLERS, MAX_ID))
    store_credential(table, Credential("many", Role.CHANNEL, most), NEW, clock.now)
    assert len(json.dumps(answer(basic(NEW, "many")))) < 8_192
    with pytest.raises(TooManySellers):
        store_credential(table, Credential("more", Role.CHANNEL, most | {1}), NEW, clock.now)
    assert not gets_in(basic(NEW, "more"))


def test_an_answer_that_was_cached_for_one_path_is_the_answer_for_every_other() -> None:
    """API Gateway keeps it by the header alone, and asks it again for another path and method."""
    answers = [answer(basic(OLD), arn_of(route)) for route in sorted(routes())]
    assert len(answers) > 50
    assert all(each == answers[0] for each in answers)
    (statement,) = answers[0]["policyDocument"]["Statement"]
    for route in routes():
        assert fnmatch.fnmatchcase(f"{API}/{arn_of(route)}", statement["Resource"])
    for elsewhere in (API.replace("/dev", "/prod"), API.replace(":api/", ":other/")):
        assert not fnmatch.fnmatchcase(f"{elsewhere}/GET/v1/webhooks", statement["Resource"])


def test_the_cache_is_kept_by_the_header_that_holds_the_credential_and_by_nothing_else() -> None:
    (gateways,) = resources("AWS::Serverless::Api")["Api"]["Auth"]["Authorizers"].values()
    assert gateways["Identity"] == {"Headers": ["Authorization"], "ReauthorizeEvery": 300}


def test_two_secrets_live_while_one_is_rotated_and_the_old_one_ends_on_its_time(
    table: Table, clock: FrozenClock
) -> None:
    replace_secret(table, KEY, NEW, clock.now, clock.now + DAY)
    assert gets_in(basic(OLD))
    assert gets_in(basic(NEW))
    clock.move(days=1, milliseconds=-1)
    assert gets_in(basic(OLD))
    clock.move(milliseconds=1)
    assert not gets_in(basic(OLD))
    assert gets_in(basic(NEW))


def test_a_third_live_secret_is_refused_and_changes_nothing(table: Table, clock: FrozenClock) -> None:
    replace_secret(table, KEY, NEW, clock.now, clock.now + DAY)
    with pytest.raises(StillRotating) as refused:
        replace_secret(table, KEY, "x" * 43, clock.now, clock.now + DAY)
    assert refused.value.until == clock.now + DAY
    assert [gets_in(basic(secret)) for secret in (OLD, NEW, "x" * 43)] == [True, True, False]
    clock.move(days=1)
    replace_secret(table, KEY, "x" * 43, clock.now, clock.now + DAY)
    assert [gets_in(basic(secret)) for secret in (OLD, NEW, "x" * 43)] == [False, True, True]


def test_a_secret_that_leaked_ends_at_once_and_its_tokens_with_it(table: Table, clock: FrozenClock) -> None:
    before = f"Bearer {issue_token(KEY, clock.now)}"
    assert gets_in(before)
    replace_secret(table, KEY, NEW, clock.now, clock.now)
    assert [gets_in(each) for each in (basic(OLD), before, basic(NEW))] == [False, False, True]
    assert gets_in(f"Bearer {issue_token(KEY, clock.now + timedelta(minutes=5))}") is False  # not yet valid: its iat
    clock.move(seconds=-5)
    replace_secret(table, KEY, "x" * 43, clock.now, clock.now)
    assert gets_in(f"Bearer {issue_token(KEY, clock.now + timedelta(seconds=2))}")


def test_a_secret_that_ends_in_time_leaves_the_tokens_that_are_out(table: Table, clock: FrozenClock) -> None:
    before = f"Bearer {issue_token(KEY, clock.now)}"
    replace_secret(table, KEY, NEW, clock.now, clock.now + DAY)
    assert gets_in(before)


def test_a_revoked_credential_is_refused_from_the_next_question_on_and_its_tokens_too(
    table: Table, clock: FrozenClock
) -> None:
    """API Gateway asks again after ReauthorizeEvery; the program has it forget its cache besides."""
    token = f"Bearer {issue_token(KEY, clock.now)}"
    revoke_credential(table, KEY)
    assert not gets_in(basic(OLD))
    assert not gets_in(token)
    assert list_credentials(table) == ([], [])
    for repeat in (revoke_credential, lambda table, key: replace_secret(table, key, NEW, clock.now, clock.now)):
        with pytest.raises(NoCredential):
            repeat(table, KEY)


def test_a_key_is_given_once(table: Table, clock: FrozenClock) -> None:
    with pytest.raises(ConditionsFailed):
        store_credential(table, Credential(KEY, Role.OPERATOR, frozenset()), NEW, clock.now)
    assert not gets_in(basic(NEW))


def test_the_list_shows_every_credential_and_no_secret(table: Table, clock: FrozenClock) -> None:
    store_credential(table, Credential("a-channel", Role.CHANNEL, frozenset({20811, 20812})), NEW, clock.now)
    listed, _ = list_credentials(table)
    assert [(each.credential.key, each.credential.role, each.created_at) for each in listed] == [
        ("a-channel", Role.CHANNEL, clock.now),
        (KEY, Role.SELLER, clock.now),
    ]
    assert OLD not in str(listed)
    assert NEW not in str(table.client.scan(TableName=table.name)["Items"])


def test_a_rotation_that_another_one_overtook_is_refused(
    table: Table, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Table.get

    def overtaken(self: Table, key: dict[str, str]) -> object:
        item = read(self, key)
        monkeypatch.setattr(Table, "get", read)
        replace_secret(table, KEY, NEW, clock.now, clock.now)
        return item

    monkeypatch.setattr(Table, "get", overtaken)
    with pytest.raises(NoCredential):
        replace_secret(table, KEY, "x" * 43, clock.now, clock.now + DAY)
    assert [gets_in(basic(secret)) for secret in (OLD, NEW, "x" * 43)] == [False, True, False]


def test_an_operator_may_act_for_every_seller_and_not_as_a_channel(table: Table) -> None:
    del table
    operator = Caller("operator", (), {})
    assert operator.call(list_webhooks, path={"sellerId": 20811}).json == []
    for none in ("0", "x", "9007199254740992", "-1", ""):
        assert operator.call(list_webhooks, path={"sellerId": none}).status == 404
