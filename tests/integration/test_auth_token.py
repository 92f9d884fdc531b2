"""POST /v1/auth/token, and what the authorizer makes of the token."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cleave.domain.roles import Role
from cleave.store.credentials import Credential, store_credential
from cleave.table.table import Table

from functions.auth_token.app import handler as auth_token
from functions.authorizer.app import handler as authorizer
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller

CLIENT, SECRET = "the-channel", "s" * 43
SIGNING_KEY = "k" * 64
ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/PUT/webhooks/order-cancel"
GRANT = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
NOBODY = Caller("", (), {})


@pytest.fixture(autouse=True)
def known(table: Table, clock: FrozenClock, token_secret: Callable[[str], None]) -> None:
    """A channel, a seller, and the secret that tokens are signed with; the frozen time is now, as PyJWT has its own."""
    clock.now = datetime.now(UTC).replace(microsecond=0)
    store_credential(table, Credential(CLIENT, Role.CHANNEL, frozenset({20811, 20812})), SECRET, clock.now)
    store_credential(table, Credential("the-seller", Role.SELLER, frozenset({20811})), SECRET, clock.now)
    token_secret(SIGNING_KEY)


def ask(body: object) -> Answer:
    return NOBODY.call(auth_token, body)


def admitted(header: str, name: str = "Authorization") -> dict[str, Any]:
    return authorizer({"methodArn": ARN, "headers": {name: header}}, None)


def is_refused(header: str) -> bool:
    """API Gateway makes its 401 of this."""
    (statement,) = admitted(header)["policyDocument"]["Statement"]
    return bool(statement["Effect"] == "Deny")


def claims(**other: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    valid = {"iss": "cleave", "aud": "cleave", "sub": CLIENT, "iat": now, "exp": now + timedelta(hours=1), "jti": "1"}
    return {**valid, **other}


def signed(content: dict[str, Any], key: str = SIGNING_KEY, algorithm: str = "HS256") -> str:
    return f"Bearer {jwt.encode(content, key, algorithm=algorithm)}"


def test_client_credentials_get_a_token_that_expires(clock: FrozenClock) -> None:
    answer = ask(GRANT)
    token = answer.json["access_token"]
    assert answer == Answer(
        200,
        {"access_token": token, "token_type": "Bearer", "expires_in": 3600},
        {"Content-Type": "application/json", "Cache-Control": "no-store"},
    )
    content = jwt.decode(token, SIGNING_KEY, algorithms=["HS256"], audience="cleave")
    now = int(clock.now.timestamp())
    assert content == {
        "iss": "cleave",
        "aud": "cleave",
        "sub": CLIENT,
        "iat": now,
        "exp": now + 3600,
        "jti": content["jti"],
    }


def test_the_token_lets_the_channel_in_for_its_sellers() -> None:
    token = ask(GRANT).json["access_token"]
    for scheme, name in (("Bearer", "Authorization"), ("bearer", "authorization")):
        policy = admitted(f"{scheme} {token}", name)
        assert policy["context"] == {
            "credential": CLIENT,
            "role": "channel",
            "sellers": "20811 20812",
            "storefronts": "",
        }
        assert policy["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_every_token_is_another_one() -> None:
    assert ask(GRANT).json["access_token"] != ask(GRANT).json["access_token"]


@pytest.mark.parametrize(
    "wrong",
    [{"client_secret": "wrong"}, {"client_id": "nobody"}, {"client_id": "the-seller"}],
    ids=["wrong secret", "unknown client", "a seller's key"],
)
def test_wrong_credentials_are_refused_without_saying_which_part(wrong: dict[str, str]) -> None:
    assert ask(GRANT | wrong) == Answer(
        401,
        {
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": "the client id or its secret is wrong",
            "errors": [
                {"key": "authentication.error", "field": None, "detail": "the client id or its secret is wrong"}
            ],
        },
        {"Content-Type": "application/problem+json"},
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (GRANT | {"grant_type": "password"}, ["grant_type"]),
        ({}, ["grant_type", "client_id", "client_secret"]),
        (GRANT | {"client_id": "x" * 201, "client_secret": True}, ["client_id", "client_secret"]),
        ("grant_type=client_credentials", [None]),
    ],
)
def test_a_request_that_is_none_is_refused_with_its_fields(body: object, fields: list[str | None]) -> None:
    answer = ask(body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (400, fields)
    assert SECRET not in json.dumps(answer.json)


@pytest.mark.parametrize("client_id", [CLIENT, "nobody"])
def test_a_secret_is_compared_in_constant_time_whether_or_not_the_client_exists(
    client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    compare: Callable[[str, str], bool] = hmac.compare_digest

    def counting(expected: str, given: str) -> bool:
        compared.append(len(expected))
        return compare(expected, given)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    assert ask(GRANT | {"client_id": client_id, "client_secret": "wrong"}).status == 401
    assert compared == [64, 64]  # as many as there can be live secrets


def test_a_token_ends_when_it_said(table: Table, clock: FrozenClock) -> None:
    del table
    clock.move(minutes=-59)
    still_good = ask(GRANT).json["access_token"]
    clock.move(minutes=-1, seconds=-1)
    expired = ask(GRANT).json["access_token"]
    assert admitted(f"Bearer {still_good}")
    assert is_refused(f"Bearer {expired}")


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "somebody-else"},
        {"iss": "somebody-else"},
        {"sub": "nobody"},
        {"exp": NOW - timedelta(days=1)},
        {"iat": datetime(2999, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_token_with_a_wrong_claim_is_refused(wrong: dict[str, object]) -> None:
    assert admitted(signed(claims()))
    assert is_refused(signed(claims(**wrong)))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "iat", "exp", "jti"])
def test_a_token_without_one_of_its_claims_is_refused(missing: str) -> None:
    content = {name: value for name, value in claims().items() if name != missing}
    assert is_refused(signed(content))


def test_a_token_that_others_signed_or_changed_is_refused() -> None:
    header, payload, signature = signed(claims()).removeprefix("Bearer ").split(".")
    other = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"sub": "the-seller"}
    forged = base64.urlsafe_b64encode(json.dumps(other).encode()).decode().rstrip("=")
    assert is_refused(f"Bearer {header}.{forged}.{signature}")
    assert is_refused(f"Bearer {header}.{payload}.")
    assert is_refused(signed(claims(), key="x" * 64))
    assert is_refused(signed(claims(), algorithm="HS512"))


def test_a_token_with_algorithm_none_is_refused() -> None:
    assert is_refused(f"Bearer {jwt.encode(claims(), '', algorithm='none')}")


def test_a_credential_that_is_gone_takes_its_tokens_along(table: Table) -> None:
    token = ask(GRANT).json["access_token"]
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"CREDENTIAL#{CLIENT}"}, "sk": {"S": "CREDENTIAL"}})
    assert is_refused(f"Bearer {token}")


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !",
        "Bearer",
        "Bearer x",
        "Digest a",
        basic("no-colon"),
        basic(":"),
        basic("k" * 3000 + ":x"),
        "Bearer \ud800",
    ],
)
def test_a_header_that_is_no_credential_is_refused_and_never_an_error(header: str) -> None:
    assert is_refused(header)
