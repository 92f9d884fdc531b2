"""Who gets in on the deployed template: credentials as `cleave credentials` makes and ends them, and their limits."""

import re
import time
from collections import defaultdict
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from cleave import clock
from cleave.domain.roles import Role
from cleave.store.credentials import Credential, store_credential
from cleave.table.table import Table
from cleave_cli.api import SellerClient
from cleave_cli.credentials import new_key, new_secret
from cleave_cli.main import app
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.template import routes

SELLER = 20899
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
OF_PATHS: dict[str, set[str]] = defaultdict(set)
for _method, _path in routes():
    OF_PATHS[_path].add(_method)


@pytest.fixture
def state(stack: LocalStack) -> str:
    """The folder of the running stack."""
    return str(stack.engine.log.parent)


def cleave(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["credentials", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def pair(printed: str) -> tuple[str, str]:
    found = re.search(r"key: +(\w+)\nsecret: ([\w-]+)", printed)
    assert found
    return found[1], found[2]


def orders(anonymous: httpx.Client, auth: tuple[str, str], storefront: str = "DE") -> httpx.Response:
    path = f"/integration/order/sellers/{SELLER}/orders"
    return anonymous.get(path, auth=auth, headers={"storeFrontCode": storefront})


@pytest.fixture
def made(state: str) -> tuple[str, str]:
    """A seller's key and secret."""
    arguments = ("--role", "seller", "--seller", str(SELLER), "--storefront", "DE", "--state", state)
    return pair(cleave("create", *arguments))


def test_a_credential_lives_from_create_over_rotate_to_revoke(
    anonymous: httpx.Client, made: tuple[str, str], state: str
) -> None:
    key, secret = made
    assert orders(anonymous, made).status_code == 200
    assert orders(anonymous, made, "TR").json()["errors"][0]["key"] == "invalid.storefrontcode"
    renewed = pair(cleave("rotate", key, "--state", state))
    assert (renewed[0], renewed[1] == secret) == (key, False)
    assert [orders(anonymous, each).status_code for each in (made, renewed)] == [200, 200]
    listed = cleave("list", "--state", state)
    row = next(line for line in listed.splitlines() if line.startswith(key))
    assert re.search(rf"seller +sellers {SELLER} +storefronts DE +since .* old secret until", row)
    assert secret not in listed
    refused = CliRunner().invoke(app, ["credentials", "rotate", key, "--state", state])
    assert (refused.exit_code, "--overlap-hours 0" in refused.output) == (1, True)
    leaked = cleave("rotate", key, "--overlap-hours", "0", "--state", state)
    assert "takes effect" in leaked
    assert orders(anonymous, pair(leaked)).status_code == 200
    assert "takes effect" in cleave("revoke", key, "--state", state)
    never_asked = (key, "x" * 43)
    assert orders(anonymous, never_asked).status_code == 401
    assert key not in cleave("list", "--state", state)


def test_an_operator_may_look_at_any_sellers_packages(anonymous: httpx.Client, state: str) -> None:
    operator = pair(cleave("create", "--role", "operator", "--state", state))
    assert orders(anonymous, operator).json()["content"] == []
    cleave("revoke", operator[0], "--state", state)


def test_only_who_has_limits_takes_one_of_the_gateways_few_keys(
    stack: LocalStack, anonymous: httpx.Client, made: tuple[str, str], state: str
) -> None:
    free = ("--role", "seller", "--seller", str(SELLER), "--tier", "none")
    roles = (free, ("--role", "operator"), ("--role", "support"))
    unlimited = [pair(cleave("create", *each, "--state", state)) for each in roles]
    gateway = stack.deployment.session.client("apigateway", endpoint_url=stack.deployment.endpoint)
    names = {each["name"] for each in gateway.get_api_keys(limit=500)["items"]}
    assert made[0] in names
    for key, secret in unlimited:
        assert key not in names
        assert orders(anonymous, (key, secret)).status_code == 200
        cleave("revoke", key, "--state", state)


def test_a_credential_is_made_when_the_gateway_knows_it(state: str) -> None:
    printed = cleave("create", "--role", "seller", "--seller", str(SELLER), "--state", state)
    assert "API Gateway knows the key" in printed
    assert "API Gateway" not in cleave("create", "--role", "operator", "--state", state)


def test_a_seller_that_calls_too_often_is_told_when_to_come_back(
    stack: LocalStack, anonymous: httpx.Client, made: tuple[str, str]
) -> None:
    """The engine takes no limits of single paths from the template, so this plan has them for all."""
    key, _ = made
    gateway = stack.deployment.session.client("apigateway", endpoint_url=stack.deployment.endpoint)
    outputs = stack.deployment.outputs
    stage: Any = {"apiId": outputs["ApiId"], "stage": outputs["ApiStage"]}
    plan = gateway.create_usage_plan(name=key, apiStages=[stage], throttle={"rateLimit": 0.01, "burstLimit": 3})
    (registered,) = [each for each in gateway.get_api_keys()["items"] if each["name"] == key]
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=registered["id"], keyType="API_KEY")
    answers = [orders(anonymous, made) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    check_fits_both_dialects(answers[-1], "too.many.requests")
    assert answers[-1].headers["Retry-After"] == "2"
    assert "Retry-After" not in answers[0].headers
    gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=registered["id"])
    assert orders(anonymous, made).status_code == 200


def test_a_key_that_no_plan_knows_is_refused(anonymous: httpx.Client, table: Table) -> None:
    key, secret = new_key(), new_secret()
    store_credential(table, Credential(key, Role.SELLER, frozenset({SELLER})), secret, clock.now())
    refused = orders(anonymous, (key, secret))
    assert refused.status_code == 403
    check_fits_both_dialects(refused, "authorization.error")


@pytest.mark.parametrize(
    "path", ["/integration/order/sellers/20811/orders", "/v1/webhooks"], ids=["trendyol", "hepsiglobal"]
)
def test_who_is_not_let_in_is_told_so_in_the_words_of_both_dialects(anonymous: httpx.Client, path: str) -> None:
    for authorization in ({}, {"Authorization": "Basic bm9ib2R5Om5vYm9keQ=="}, {"Authorization": "Bearer x.y.z"}):
        refused = anonymous.get(path, headers=authorization)
        assert refused.status_code == 401
        check_fits_both_dialects(refused, "authentication.error")


def test_a_path_that_does_not_exist_is_not_found(anonymous: httpx.Client, self_paying: SellerClient) -> None:
    for method, path in (("GET", "/v1/nothing"), ("PATCH", "/v1/auth"), ("PUT", "/integration/order/sellers/20811")):
        for caller in (anonymous, self_paying.http):
            answer = caller.request(method, path)
            assert answer.status_code == 404
            check_fits_both_dialects(answer, "path.not.found")


@pytest.mark.parametrize("path", sorted(OF_PATHS))
def test_a_known_path_says_which_methods_it_has(anonymous: httpx.Client, self_paying: SellerClient, path: str) -> None:
    """Whoever asks, and whatever comes with it."""
    known, asked = self_paying.http, re.sub(r"\{\w+\}", "20811", path)
    for method in sorted(METHODS - OF_PATHS[path]):
        for caller, body in ((anonymous, {}), (known, {"json": {"lines": []}}), (known, {"data": {"a": "b"}})):
            answer = caller.request(method, asked, **body)
            assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(sorted(OF_PATHS[path]))), method
            if method != "HEAD":
                check_fits_both_dialects(answer, "method.not.allowed")


def check_fits_both_dialects(answer: httpx.Response, key: str) -> None:
    """Trendyol's clients read ``errors``, HepsiGlobal's RFC 9457's fields; this is API Gateway's body for both."""
    body = answer.json()
    (error,) = body["errors"]
    assert (error["key"], error["message"], error["errorCode"]) == (key, body["detail"], "")
    assert time.time() - body["timestamp"] / 1000 < 60
    assert body["exception"].endswith("Exception")
    assert body["type"] == "about:blank"
    assert (body["status"], body["title"]) == (answer.status_code, HTTPStatus(answer.status_code).phrase)
