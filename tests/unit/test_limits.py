"""The marketplace's limits a minute, as the usage plans of the template keep them."""

import re
from typing import Any

import pytest
from cleave_cli.limits import AUTHORIZER_CACHE_SECONDS, PLANS, Tier

from tests.support.template import resources, routes, template

# The contract's table: calls a minute for getting packages, for status and tracking, for cancel and each split.
CONTRACT = {
    Tier.UP_TO_50K: (30, 300, 100),
    Tier.UP_TO_75K: (40, 300, 100),
    Tier.UP_TO_150K: (50, 500, 200),
    Tier.LARGER: (100, None, None),
    Tier.NO_LIMITS: (None, None, None),
}
KINDS = (
    re.compile(r".*/orders(/stream)?/GET"),
    re.compile(r".*/shipment-packages/\{packageId\}/PUT|.*/(tracking-details|update-tracking-number)/PUT"),
    re.compile(r".*/items/unsupplied/PUT|.*/([a-z]+-)?split(-packages)?/POST"),
)


def stages(tier: Tier) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources("AWS::ApiGateway::UsagePlan")[PLANS[tier]]["ApiStages"]
    return found


@pytest.mark.parametrize("tier", Tier)
def test_a_plan_has_the_contracts_limits_on_every_path_that_has_one(tier: Tier) -> None:
    paths = [f"{path}/{method}" for method, path in routes()]
    expected = {
        path: {"RateLimit": pytest.approx(limit / 60, rel=1e-5), "BurstLimit": limit}
        for kind, limit in zip(KINDS, CONTRACT[tier], strict=True)
        for path in paths
        if limit is not None and kind.fullmatch(path)
    }
    (stage,) = stages(tier)
    assert stage.get("Throttle", {}) == expected
    assert (stage["ApiId"], stage["Stage"]) == ({"Ref": "Api"}, {"Ref": "Api.Stage"})


def test_the_contract_names_fourteen_paths() -> None:
    assert len(stages(Tier.UP_TO_50K)[0]["Throttle"]) == 14


def test_every_plan_has_an_output_that_the_program_finds_it_by() -> None:
    outputs = template()["Outputs"]
    assert {name: outputs[name]["Value"] for name in PLANS.values()} == {name: {"Ref": name} for name in PLANS.values()}


def test_calls_are_counted_by_what_the_authorizer_says_and_on_every_path_but_the_tokens() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    assert (api["ApiKeySourceType"], api["Auth"]["ApiKeyRequired"]) == ("AUTHORIZER", True)
    events = [
        event["Properties"]
        for function in resources("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]
    own_rules = {event["Path"]: event["Auth"] for event in events if "Auth" in event}
    assert own_rules == {"/v1/auth/token": {"Authorizer": "NONE", "ApiKeyRequired": False}}


def test_the_longest_wait_for_another_call_is_what_a_throttled_caller_is_told() -> None:
    rates = [limit["RateLimit"] for tier in Tier for limit in stages(tier)[0].get("Throttle", {}).values()]
    responses = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]
    assert responses["THROTTLED"]["ResponseParameters"]["Headers"]["Retry-After"] == f"'{1 / min(rates):.0f}'"


def test_the_program_knows_how_long_an_answer_of_the_authorizer_is_kept() -> None:
    (authorizer,) = resources("AWS::Serverless::Api")["Api"]["Auth"]["Authorizers"].values()
    assert authorizer["Identity"]["ReauthorizeEvery"] == AUTHORIZER_CACHE_SECONDS
