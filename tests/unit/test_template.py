"""The template can be read, grows by little with each endpoint, and stays within what CloudFormation takes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint import api  # type: ignore[import-untyped]

from tests.support.processed import Variant, of_type, processed, standard
from tests.support.template import ROOT, resources, routes, template

TEXT = (ROOT / "template.yaml").read_text()
FUNCTIONS = resources("AWS::Serverless::Function")
REGIONS = ["eu-central-1", "us-east-1"]
PROD = {"Stage": "prod", "LogRetentionDays": "90", "DeletionProtection": "true"}
EVERYTHING = PROD | {
    "EventBus": "arn:aws:events:eu-central-1:123456789012:event-bus/orders",
    "EventDestinations": "arn:aws:sqs:eu-central-1:123456789012:stock",
    "GradualDeployment": "true",
    "WafRequestsPerFiveMinutes": "2000",
    "StreamConcurrency": "100",
    "CallersConcurrency": "50",
    "AlarmEmail": "operators@example.org",
    "DomainName": "api.example.org",
    "DomainCertificate": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
}
# ``literal`` as AWS::LanguageExtensions makes it on AWS, where parameters are values before SAM sees them.
ADOPTED = {
    "AdoptedTable": "restored",
    "AdoptedTableStream": "2026-11-29T00:00:00.000",
    "AdoptedSecretsKey": f"mrk-{'1' * 32}",
}
VARIANTS = {
    "default": Variant(),
    "everything": Variant(EVERYTHING),
    "everything, literal": Variant(EVERYTHING, literal=True),
    "adopted": Variant(ADOPTED),
    "adopted, literal": Variant(EVERYTHING | ADOPTED, literal=True),
    "another region": Variant({"GatewayLogs": "none"}, region="us-east-1"),
}
# Of CloudFormation, and what stays free for what is yet to come.
MAX_RESOURCES, MAX_BYTES = 450, 700_000
# Unused: SAM has replaced parameters, and loops what they looked up in mappings. Never reached: SAM puts a function's
# condition around its path, and around the method in there again.
MOOT = {"W2001", "W7001", "W1028"}
# What one path more costs; with a function of its own, alias, version, role and log group come along.
MAX_PATH_RESOURCES, MAX_FUNCTION_RESOURCES, MAX_FUNCTION_BYTES = 1, 6, 9_000


def test_it_can_be_read() -> None:
    """2,000 lines for 41 functions, and twenty for each that came after."""
    assert len(TEXT.splitlines()) <= 2000 + 20 * max(0, len(FUNCTIONS) - 41)


def test_every_path_is_written_in_one_style() -> None:
    properties = r"RestApiId: !Ref Api, Method: [A-Z]+, Path: \S+(, Auth: \{.*\})?"
    style = rf"        [A-Z]\w*: \{{Type: Api, Properties: \{{{properties}\}}\}}"
    lines = [line for line in TEXT.splitlines() if "Type: Api," in line or line.endswith("Type: Api")]
    assert [line for line in lines if not re.fullmatch(style, line)] == []
    assert len(lines) == len(routes())


def test_every_function_has_a_log_group_of_its_name() -> None:
    groups = resources("AWS::Logs::LogGroup")
    assert groups.keys() - {"GatewayLogGroup"} == {f"{name.removesuffix('Function')}Logs" for name in FUNCTIONS}
    for name, function in FUNCTIONS.items():
        assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name.removesuffix('Function')}Logs"}}


@pytest.mark.parametrize("name", VARIANTS)
def test_cfn_lint_has_nothing_to_say_of_what_cloudformation_gets(name: str) -> None:
    (made,) = processed([VARIANTS[name]])
    assert len(made["Resources"]) <= MAX_RESOURCES
    assert len(json.dumps(made)) <= MAX_BYTES
    found = api.lint(json.dumps(made), regions=REGIONS)
    assert [(each.rule.id, each.message) for each in found if each.rule.id not in MOOT] == []


def test_an_endpoint_adds_little() -> None:
    of_its_own, another_path = (
        "GetCancellationFunction",
        ("GetCancellationFunction", "Properties", "Events", "GetChannel"),
    )
    whole, without_function, without_path = (
        each["Resources"]
        for each in processed(
            [
                Variant(),
                Variant(edits=[(("Resources", of_its_own), None)]),
                Variant(edits=[(("Resources", *another_path), None)]),
            ]
        )
    )
    paths = len(FUNCTIONS[of_its_own]["Events"])
    assert len(whole) - len(without_function) - paths * MAX_PATH_RESOURCES <= MAX_FUNCTION_RESOURCES
    assert len(json.dumps(whole)) - len(json.dumps(without_function)) <= MAX_FUNCTION_BYTES
    assert len(whole) - len(without_path) <= MAX_PATH_RESOURCES


NAMES = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::QueryDefinition": "Name",
}
# Not of one region but of the account, and so in need of the region in their names.
GLOBAL = {"AWS::CloudWatch::Dashboard"}


def test_two_stacks_and_one_stack_in_two_regions_get_in_nobodys_way() -> None:
    """What has a name that must be unique has the stack's in it; everything else is named by CloudFormation."""
    for name, resource in standard().items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind in NAMES:
            given = json.dumps(properties[NAMES[kind]])
            assert "${AWS::StackName}" in given, name
            assert "${AWS::Region}" in given or kind not in GLOBAL, name
        else:
            assert not set(properties) & {
                "TableName",
                "QueueName",
                "BucketName",
                "RoleName",
                "FunctionName",
                "TopicName",
            } or (
                kind
                in {
                    "AWS::Lambda::Version",
                    "AWS::Lambda::Alias",
                    "AWS::Lambda::Permission",
                    "AWS::Lambda::EventSourceMapping",
                }
            ), name


def test_the_local_stage_is_refused_in_every_account_but_the_local_engines() -> None:
    """By its fixed account number, which no account of AWS has."""
    rule = template()["Rules"]["LocalStageIsTheLocalEngines"]
    assert rule["RuleCondition"] == {"Equals": [{"Ref": "Stage"}, "local"]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}


def test_background_work_has_a_bound_and_callers_may_have_room() -> None:
    for name, variant in {"default": {}, "bounded": {"StreamConcurrency": "100", "CallersConcurrency": "50"}}.items():
        made = standard(**variant)
        queue = made["DeliverWebhookFunctionQueue"]["Properties"]
        assert queue["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "DeliveryConcurrency"}}, name
        stream = made["PackageStreamFunctionTable"]["Properties"]
        assert 1 <= stream["ParallelizationFactor"] <= 10, name  # a number: on AWS a parameter reaches SAM as a text
    reserved = {
        name: each["ReservedConcurrentExecutions"]["If"]
        for name, each in FUNCTIONS.items()
        if "ReservedConcurrentExecutions" in each
    }
    nothing = {"Ref": "AWS::NoValue"}
    assert reserved.pop("PackageStreamFunction") == ["StreamIsBounded", {"Ref": "StreamConcurrency"}, nothing]
    assert "AuthorizerFunction" in reserved
    for room in reserved.values():
        assert room == ["CallersHaveRoom", {"Ref": "CallersConcurrency"}, nothing]


def test_a_parameter_says_why_it_is_as_it_is() -> None:
    for name, parameter in template()["Parameters"].items():
        assert len(parameter["Description"]) > 30, name
    for name in (
        "DeliveryConcurrency",
        "StreamConcurrency",
        "CallersConcurrency",
        "RequestsPerSecond",
        "TokensPerSecond",
    ):
        assert re.search(r"\d", template()["Parameters"][name]["Description"]), name


def test_a_function_that_rings_for_itself_is_not_taken_for_a_loop() -> None:
    """Lambda stops a function that its own message starts for the sixteenth time in a row, unless told to let it."""
    starts = {name for name, event in events() if event["Type"] == "SQS"}
    sends = {name for name, function in FUNCTIONS.items() if "sqs:SendMessage" in json.dumps(function["Policies"])}
    loops = {name for name, function in FUNCTIONS.items() if function.get("RecursiveLoop") == "Allow"}
    assert starts & sends == loops == {"DeliverWebhookFunction"}


def events() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            yield name, event


def test_a_function_that_answers_callers_ends_before_the_gateway_gives_up() -> None:
    """API Gateway waits for 29 s; half of the time-out is for the last call (entry/resources.py)."""
    shared = template()["Globals"]["Function"]["Timeout"]
    for name, event in events():
        if event["Type"] == "Api":
            assert FUNCTIONS[name].get("Timeout", shared) <= 28, name


def test_the_gateway_logs_every_request_by_its_route_and_never_by_its_path() -> None:
    condition, setting, nothing = resources("AWS::Serverless::Api")["Api"]["AccessLogSetting"]["If"]
    assert (condition, nothing) == ("GatewayIsLogged", {"Ref": "AWS::NoValue"})
    logged = json.loads(setting["Format"])
    assert logged["route"] == "$context.httpMethod $context.resourcePath"
    assert {"status", "response", "credential", "request"} <= logged.keys()
    assert len(setting["Format"]) < 3_000  # API Gateway's limit
    assert not {"$context.path", "$context.authorizer.claims"} & set(logged.values())
    assert not of_type(standard(GatewayLogs="none"), "AWS::ApiGateway::Method")


def test_a_domain_is_there_if_it_is_asked_for_and_has_the_api_at_its_root() -> None:
    (domain,), (mapping,) = (
        resources(f"AWS::ApiGateway::{kind}").items() for kind in ("DomainName", "BasePathMapping")
    )
    assert {template()["Resources"][name]["Condition"] for name, _ in (domain, mapping)} == {"HasDomain"}
    assert template()["Parameters"]["DomainName"]["Default"] == "none"
    assert mapping[1] == {"DomainName": {"Ref": domain[0]}, "RestApiId": {"Ref": "Api"}, "Stage": {"Ref": "Api.Stage"}}
