"""Who may call how often: the marketplace's limits a minute in usage plans, and the stage's for everybody together."""

import re
from typing import Any

import pytest
from cleave.domain.roles import Tier
from cleave_cli.limits import AUTHORIZER_CACHE_SECONDS, PLANS

from tests.support.template import ROOT, resources, routes, template

# The contract's table: calls a minute for getting packages, for status and tracking, for cancel and each split.
CONTRACT = {
    Tier.UP_TO_50K: (30, 300, 100),
    Tier.UP_TO_75K: (40, 300, 100),
    Tier.UP_TO_150K: (50, 500, 200),
    Tier.LARGER: (100, None, None),
}
KINDS = (
    re.compile(r".*/orders(/stream)?/GET"),
    re.compile(r".*/shipment-packages/\{packageId\}/PUT|.*/(tracking-details|update-tracking-number)/PUT"),
    re.compile(r".*/items/unsupplied/PUT|.*/([a-z]+-)?split(-packages)?/POST"),
)


def stages(tier: Tier) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources("AWS::ApiGateway::UsagePlan")[PLANS[tier]]["ApiStages"]
    return found


@pytest.mark.parametrize("tier", CONTRACT)
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


def test_the_contract_names_nineteen_paths() -> None:
    assert len(stages(Tier.UP_TO_50K)[0]["Throttle"]) == 19


def test_every_plan_has_an_output_that_the_program_finds_it_by() -> None:
    assert set(PLANS) == set(CONTRACT) == set(Tier) - {Tier.NO_LIMITS}
    outputs = template()["Outputs"]
    assert {name: outputs[name]["Value"] for name in PLANS.values()} == {name: {"Ref": name} for name in PLANS.values()}


def test_calls_are_counted_by_what_the_authorizer_says_on_every_path_but_the_tokens_and_the_pages() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    assert (api["ApiKeySourceType"], api["Auth"]["ApiKeyRequired"]) == ("AUTHORIZER", True)
    events = [
        event["Properties"]
        for function in resources("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]
    own_rules = {event["Path"]: event["Auth"] for event in events if "Auth" in event}
    open_paths = ("/v1/auth/token", "/console", "/console/{file}")
    assert own_rules == {path: {"Authorizer": "NONE", "ApiKeyRequired": False} for path in open_paths}


def test_the_longest_wait_for_another_call_is_what_a_throttled_caller_is_told() -> None:
    rates = [limit["RateLimit"] for tier in CONTRACT for limit in stages(tier)[0]["Throttle"].values()]
    responses = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]
    assert responses["THROTTLED"]["ResponseParameters"]["Headers"]["Retry-After"] == f"'{1 / min(rates):.0f}'"


def test_those_without_limits_share_one_key_that_the_authorizer_names() -> None:
    """An account and region has room for 10,000 keys; only sellers with limits take one."""
    (key,) = resources("AWS::ApiGateway::ApiKey").values()
    (registered,) = resources("AWS::ApiGateway::UsagePlanKey").values()
    assert registered == {"KeyId": {"Ref": "SharedKey"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "LimitsNone"}}
    (stage,) = resources("AWS::ApiGateway::UsagePlan")["LimitsNone"]["ApiStages"]
    assert "Throttle" not in stage
    authorizer = resources("AWS::Serverless::Function")["AuthorizerFunction"]
    assert authorizer["Environment"]["Variables"]["SHARED_KEY"] == key["Value"]


def test_the_stage_limits_everybody_together_and_a_method_with_settings_of_its_own_too() -> None:
    """A method's own settings are all that it has: what is not said there is not the stage's, but without a limit."""
    settings = [each for each in resources("AWS::Serverless::Api")["Api"]["MethodSettings"] if "If" not in each]
    assert (settings[0]["ResourcePath"], settings[0]["HttpMethod"]) == ("/*", "*")
    limits = {each["ResourcePath"]: (each["ThrottlingRateLimit"], each["ThrottlingBurstLimit"]) for each in settings}
    tokens = limits.pop("/~1v1~1auth~1token")
    assert all(each == limits["/*"] for each in limits.values())
    assert (limits["/*"], tokens) == (
        ({"Ref": "RequestsPerSecond"}, {"Ref": "RequestsBurst"}),
        ({"Ref": "TokensPerSecond"}, {"Ref": "TokensPerSecond"}),
    )


def test_the_console_has_a_limit_of_its_own_where_it_is() -> None:
    (found,) = (each for each in resources("AWS::Serverless::Api")["Api"]["MethodSettings"] if "If" in each)
    condition, setting, nothing = found["If"]
    assert (condition, nothing) == ("HasConsole", {"Ref": "AWS::NoValue"})
    files = sum(path.is_file() for path in (ROOT / "functions/console/page").iterdir())
    assert setting == {
        "ResourcePath": "/~1console~1{file}",
        "HttpMethod": "GET",
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 100,
    }
    assert 5 * files < setting["ThrottlingBurstLimit"]  # a few people may come at once


def test_a_limit_for_each_address_costs_money_and_is_off_unless_asked_for() -> None:
    limit = template()["Parameters"]["WafRequestsPerFiveMinutes"]
    assert limit["Default"] == "0"
    assert "$6 a month" in limit["Description"]
    for name in ("AddressLimit", "AddressLimitOfTheApi"):
        assert template()["Resources"][name]["Condition"] == "AddressesAreLimited"


def test_the_program_knows_how_long_an_answer_of_the_authorizer_is_kept() -> None:
    (authorizer,) = resources("AWS::Serverless::Api")["Api"]["Auth"]["Authorizers"].values()
    assert authorizer["Identity"]["ReauthorizeEvery"] == AUTHORIZER_CACHE_SECONDS
