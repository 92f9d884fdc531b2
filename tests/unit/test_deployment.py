"""Everybody calls an alias, and CodeDeploy shifts what callers and receivers feel."""

import json
import re
from typing import Any

import pytest

from tests.support.privileges import statements_of
from tests.support.processed import Resources, of_type, standard
from tests.support.template import ROOT, resources, samconfig, template

FUNCTIONS = resources("AWS::Serverless::Function")
# Who waits for an answer, or for a webhook. The rest is there at once: CodeDeploy takes few deployments at a time.
FELT = {
    "AuthorizerFunction",
    "CancelPackageFunction",
    "LegacyUpdatePackageFunction",
    "LegacyCancelPackageFunction",
    "OrderCancelFunction",
    "CancelOrderItemFunction",
    "PackageStreamFunction",
    "DeliverWebhookFunction",
}
ACCEPTING = FELT - {"PackageStreamFunction", "DeliverWebhookFunction"}


def gradual() -> Resources:
    return standard(Stage="prod", GradualDeployment="true")


def test_every_function_has_an_alias() -> None:
    assert {name.removesuffix("Aliaslive") for name in of_type(standard(), "AWS::Lambda::Alias")} == set(FUNCTIONS)


def test_by_default_nothing_is_shifted_bit_by_bit() -> None:
    assert not [each["Type"] for each in standard().values() if "CodeDeploy" in each["Type"]]


def test_only_what_callers_and_receivers_feel_is_shifted_bit_by_bit() -> None:
    made = of_type(gradual(), "AWS::CodeDeploy::DeploymentGroup")
    assert {name.removesuffix("DeploymentGroup") for name in made} == FELT
    shifted = [name for name, each in of_type(gradual(), "AWS::Lambda::Alias").items() if "UpdatePolicy" in each]
    assert {name.removesuffix("Aliaslive") for name in shifted} == FELT


def test_functions_that_accept_cancellations_are_all_felt() -> None:
    """Which they are, their roles say: none other creates a cancellation."""
    creating = {
        name
        for name, function in FUNCTIONS.items()
        for each in statements_of(function)
        if "dynamodb:PutItem" in each["Action"] and "CANCELLATION#*" in json.dumps(each.get("Condition"))
    }
    assert creating == ACCEPTING - {"AuthorizerFunction"}


def test_codedeploy_may_move_the_aliases_of_what_it_shifts_and_no_others() -> None:
    (role,) = [each for name, each in gradual().items() if name == "DeploymentRole"]
    move, watch = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert {each["Fn::Sub"] for each in move["Resource"]} == {f"${{{name}.Arn}}*" for name in FELT}
    assert watch == {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}
    groups = of_type(gradual(), "AWS::CodeDeploy::DeploymentGroup").values()
    roles = [each["Properties"]["ServiceRoleArn"] for each in groups]
    assert all(each == {"Fn::GetAtt": ["DeploymentRole", "Arn"]} for each in roles)


def test_a_fix_can_be_deployed_while_an_alarm_of_the_deployment_is_on() -> None:
    """CodeDeploy stops at once where an alarm is on, so the fix goes past it; docs/rollback.md has the command."""
    usual, at_once = (parameters(name) for name in ("prod", "prod-at-once"))
    assert usual["GradualDeployment"] == "true"
    assert at_once == usual | {"GradualDeployment": "false"}
    assert not [each for each in standard(**at_once).values() if "CodeDeploy" in each["Type"]]


def parameters(environment: str) -> dict[str, str]:
    given = samconfig()[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(each.split("=", 1) for each in given.split())


def test_nobody_calls_a_function_past_its_alias() -> None:
    made = standard()
    called: list[Any] = [
        *(each["Properties"]["FunctionName"] for each in of_type(made, "AWS::Lambda::Permission").values()),
        *(each["Properties"]["FunctionName"] for each in of_type(made, "AWS::Lambda::EventSourceMapping").values()),
        *(
            target["Arn"]
            for rule in of_type(made, "AWS::Events::Rule").values()
            for target in rule["Properties"]["Targets"]
        ),
    ]
    assert called
    on_aws = [each["Fn::If"][2] if each.get("Fn::If", [""])[0] == "UnderSamLocal" else each for each in called]
    assert not [each for each in on_aws if not str(each.get("Ref", "")).endswith("Aliaslive")]
    (api,) = of_type(made, "AWS::ApiGateway::RestApi").values()
    body = json.dumps(api["Properties"]["Body"])
    assert "FunctionAliaslive" in body
    assert not [name for name in FUNCTIONS if f"${{{name}.Arn}}" in body]


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("docs/runbooks", True),
        ("https://git.example.org/cleave/blob/main/docs/runbooks", True),
        ("https://git.example.org/docs/runbooks/", False),  # every link would have two slashes
        ("http://git.example.org/docs/runbooks", False),
        ("somewhere", False),
        ("https://a b", False),
    ],
)
def test_where_runbooks_are_read_makes_links_that_people_can_follow(url: str, is_taken: bool) -> None:  # noqa: FBT001
    pattern = template()["Parameters"]["Runbooks"]["AllowedPattern"]
    assert (re.fullmatch(pattern, url) is not None) is is_taken


@pytest.mark.parametrize("name", resources("AWS::CloudWatch::Alarm"))
def test_the_text_of_an_alarm_ends_with_a_link_to_a_page_that_is_there(name: str) -> None:
    """A mail's reader makes a link of an address up to the next space; a mark behind it would be a part of it."""
    made = resources("AWS::CloudWatch::Alarm")[name]["AlarmDescription"]["Sub"]
    text = made.replace("${Runbooks}", "https://git.example.org/cleave/blob/main/docs/runbooks")
    (link,) = re.findall(r"https://\S+", text)
    assert text.endswith(link)
    assert (ROOT / link.removeprefix("https://git.example.org/cleave/blob/main/")).is_file()


@pytest.mark.parametrize("environment", [name for name in samconfig() if name != "version"])
def test_sam_asks_nothing_after_a_guided_deployment_and_reads_loops_in_every_stage(environment: str) -> None:
    config = samconfig()[environment]
    assert config["global"]["parameters"]["language_extensions"] is True
    if environment in {"default", "dev", "local"}:
        assert config["deploy"]["parameters"]["confirm_changeset"] is False


def test_guided_questions_begin_with_the_stage_and_who_is_told_of_alarms_and_where_help_is() -> None:
    assert list(template()["Parameters"])[:3] == ["Stage", "AlarmEmail", "Runbooks"]
    assert all("Default" in each for each in template()["Parameters"].values())
    assert template()["Outputs"]["AlarmsGoTo"]["Value"]["If"][0] == "AlarmsAreMailed"
