"""`cleave preflight`: what it says of an account, and that it only asks."""

import re
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from cleave_cli.errors import CleaveError
from cleave_cli.preflight import planned
from cleave_cli.preflight_checks import ACCEPTING, LONGEST_STACK_NAME, MOST_API_KEYS, Finding, Plan, Verdict, check
from cleave_cli.preflight_facts import NEEDED, Facts, read_facts

from tests.support.template import resources, template
from tests.unit import test_versions

READY = Facts(
    account="123456789012",
    region="eu-central-1",
    concurrency=1_000,
    unreserved=1_000,
    requests_per_second=10_000.0,
    requests_burst=5_000,
    gateway_role="",
    api_keys=17,
    stack_status="",
    alarms_on=(),
    denied=(),
)
ADOPTED = replace(READY, stack_status="UPDATE_COMPLETE", adopted="restored")
NEW_ACCOUNT = replace(READY, concurrency=10, unreserved=10)
ROLE = "arn:aws:iam::123456789012:role/logs"
OURS = "arn:aws:iam::123456789012:role/cleave-GatewayRole-1A2B3C4D5E6F"
MAIL = "operators@example.org"
RUNBOOKS = "https://git.example.org/cleave/blob/main/docs/runbooks"
TOLD = replace(
    READY, stack_status="UPDATE_COMPLETE", kept={"AlarmEmail": MAIL, "Runbooks": RUNBOOKS}, confirmed=(MAIL,)
)


def plan(**parameters: str) -> Plan:
    return planned("default", None, [f"{name}={value}" for name, value in parameters.items()])


def finding(what: str, facts: Facts, wanted: Plan) -> Finding:
    (found,) = [each for each in check(facts, wanted) if each.what == what]
    return found


def verdicts(facts: Facts, wanted: Plan) -> dict[str, Verdict]:
    return {each.what: each.verdict for each in check(facts, wanted)}


def test_an_account_of_some_years_takes_the_defaults() -> None:
    found = verdicts(READY, plan(AlarmEmail=MAIL, Runbooks=RUNBOOKS))
    assert set(found.values()) == {Verdict.OK}


def test_a_new_account_is_told_what_fits() -> None:
    found = finding("concurrency of deliveries", NEW_ACCOUNT, plan())
    assert found.verdict is Verdict.WILL_FAIL
    fits = re.search(r"What fits: (.*)", found.text)
    assert fits
    advised = dict(each.split("=") for each in fits[1].split())
    assert advised == {"DeliveryConcurrency": "2", "StreamConcurrency": "0", "CallersConcurrency": "0"}
    assert verdicts(NEW_ACCOUNT, plan(**advised))["concurrency of deliveries"] is Verdict.OK


@pytest.mark.parametrize("size", [10, 100, 101, 400, 1_000, 5_000])
def test_what_it_says_fits_does_fit(size: int) -> None:
    facts = replace(READY, concurrency=size, unreserved=size)
    text = finding("reserved concurrency", facts, plan()).text
    advised = dict(each.split("=") for each in text.partition("What fits: ")[2].split())
    found = verdicts(facts, plan(**advised))
    assert (found["reserved concurrency"], found["concurrency of deliveries"]) == (Verdict.OK, Verdict.OK)


def test_more_reservations_than_the_account_has_fail_the_deployment() -> None:
    wanted = plan(StreamConcurrency="100", CallersConcurrency="200")
    assert wanted.reserved == 100 + 200 * ACCEPTING
    assert finding("reserved concurrency", READY, wanted).verdict is Verdict.WILL_FAIL
    there = replace(READY, stack_status="UPDATE_COMPLETE")
    assert finding("reserved concurrency", there, wanted).verdict is Verdict.CANNOT_KNOW
    room = replace(READY, unreserved=3_000)
    assert finding("reserved concurrency", room, wanted).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("facts", "parameters", "what", "verdict", "says"),
    [
        (replace(READY, region=None), {}, "region", Verdict.WILL_FAIL, "AWS_REGION"),
        (replace(READY, stack_status="ROLLBACK_COMPLETE"), {}, "stack", Verdict.WILL_FAIL, "delete it"),
        (replace(READY, stack_status="UPDATE_IN_PROGRESS"), {}, "stack", Verdict.WILL_FAIL, "first"),
        (replace(READY, stack_status="UPDATE_COMPLETE"), {"DeletionProtection": "true"}, "stack", Verdict.OK, "UPDATE"),
        (READY, {"DeletionProtection": "true"}, "stack", Verdict.CANNOT_KNOW, "DeletionProtection=false"),
        (READY, {}, "table", Verdict.OK, "the stack's own"),
        (READY, {"AdoptedTable": "restored"}, "table", Verdict.OK, "restored, adopted"),
        (ADOPTED, {}, "table", Verdict.OK, "restored, adopted"),
        (ADOPTED, {"AdoptedTable": "restored"}, "table", Verdict.OK, "restored, adopted"),
        (ADOPTED, {"AdoptedTable": "none"}, "table", Verdict.WILL_FAIL, "the stack works with restored"),
        (replace(READY, stack_status=None), {}, "table", Verdict.CANNOT_KNOW, "not said"),
        (replace(READY, denied=("sqs:CreateQueue",)), {}, "rights", Verdict.WILL_FAIL, "sqs:CreateQueue"),
        (replace(READY, denied=("kms:CreateKey",)), {}, "keys of KMS", Verdict.WILL_FAIL, "two are made"),
        (
            replace(READY, denied=None, why={"denied": "AccessDenied"}),
            {},
            "rights",
            Verdict.CANNOT_KNOW,
            "AccessDenied",
        ),
        (READY, {"GatewayLogs": "account-role"}, "logs of API Gateway", Verdict.WILL_FAIL, "own-role"),
        (replace(READY, gateway_role=ROLE), {}, "logs of API Gateway", Verdict.OK, "account-role keeps that"),
        (replace(READY, gateway_role=ROLE), {"GatewayLogs": "account-role"}, "logs of API Gateway", Verdict.OK, ROLE),
        (READY, {"GatewayLogs": "none"}, "logs of API Gateway", Verdict.OK, "none"),
        (replace(READY, gateway_role=OURS), {}, "logs of API Gateway", Verdict.OK, "this stack's"),
        (replace(READY, gateway_role=None), {}, "logs of API Gateway", Verdict.CANNOT_KNOW, "not said"),
        (READY, {"RequestsPerSecond": "20000"}, "requests a second", Verdict.WILL_FAIL, "other APIs"),
        (replace(READY, requests_burst=None), {}, "requests a second", Verdict.CANNOT_KNOW, "not said"),
        (replace(READY, api_keys=MOST_API_KEYS), {}, "API keys", Verdict.WILL_FAIL, "docs/credentials.md"),
        (replace(READY, api_keys=9_999), {}, "API keys", Verdict.OK, "1 sellers"),
        (replace(READY, concurrency=None), {}, "concurrency of deliveries", Verdict.CANNOT_KNOW, "not said"),
        (READY, {}, "who is told of alarms", Verdict.CANNOT_KNOW, "AlarmEmail"),
        (READY, {"AlarmEmail": MAIL}, "who is told of alarms", Verdict.OK, "once the address has confirmed it"),
        (TOLD, {}, "who is told of alarms", Verdict.OK, MAIL),
        (replace(TOLD, confirmed=()), {}, "who is told of alarms", Verdict.CANNOT_KNOW, f"{MAIL} has not confirmed"),
        (replace(TOLD, confirmed=None), {}, "who is told of alarms", Verdict.OK, "once the address"),
        (TOLD, {"AlarmEmail": "b@example.org"}, "who is told of alarms", Verdict.OK, "b@example.org, once"),
        (TOLD, {}, "links to runbooks", Verdict.OK, RUNBOOKS),
        (READY, {}, "links to runbooks", Verdict.CANNOT_KNOW, "Runbooks=https://"),
        (READY, {"Runbooks": RUNBOOKS}, "links to runbooks", Verdict.OK, RUNBOOKS),
    ],
)
def test_a_point_is_ok_will_fail_or_cannot_be_known(
    facts: Facts, parameters: dict[str, str], what: str, verdict: Verdict, says: str
) -> None:
    found = finding(what, facts, plan(**parameters))
    assert (found.verdict, says in found.text) == (verdict, True), found


def test_a_gradual_deployment_is_not_begun_while_one_of_its_alarms_is_on() -> None:
    on = replace(READY, alarms_on=("server-errors", "waiting-deliveries"))
    found = finding("alarms of the deployment", on, plan(GradualDeployment="true"))
    assert found.verdict is Verdict.WILL_FAIL
    assert "server-errors" in found.text
    assert "waiting-deliveries" not in found.text
    assert "prod-at-once" in found.text
    assert "alarms of the deployment" not in verdicts(on, plan())


def test_the_alarms_that_it_looks_for_are_those_of_the_deployment() -> None:
    guards = resources("AWS::Serverless::Function")["AuthorizerFunction"]["DeploymentPreference"]["Alarms"]
    alarms = resources("AWS::CloudWatch::Alarm")
    names = [alarms[each["Ref"]]["AlarmName"]["Sub"].removeprefix("${AWS::StackName}-") for each in guards]
    for name in names:
        on = replace(READY, alarms_on=(name,))
        assert finding("alarms of the deployment", on, plan(GradualDeployment="true")).verdict is Verdict.WILL_FAIL


def test_without_credentials_nothing_else_is_said() -> None:
    found = verdicts(Facts(region="eu-central-1", why={"account": "Unable to locate credentials"}), plan())
    assert found == {"account": Verdict.WILL_FAIL, "region": Verdict.OK}


def test_a_stack_name_is_bounded_by_what_versions_are_described_with() -> None:
    assert LONGEST_STACK_NAME == test_versions.LONGEST_STACK_NAME
    for length, verdict in ((LONGEST_STACK_NAME, Verdict.OK), (LONGEST_STACK_NAME + 1, Verdict.WILL_FAIL)):
        assert finding("stack's name", READY, replace(plan(), stack="s" * length)).verdict is verdict


def test_a_stage_of_samconfig_is_checked_with_its_parameters() -> None:
    prod = planned("prod", None, ["AlarmThrottles=7"])
    assert prod.stack == "cleave-prod"
    assert prod.parameters["GradualDeployment"] == "true"
    assert prod.parameters["AlarmThrottles"] == "7"
    assert prod.parameters["RetentionDays"] == "730"
    with pytest.raises(CleaveError, match="nowhere"):
        planned("nowhere", None, [])
    with pytest.raises(CleaveError, match="Nothing"):
        planned("prod", None, ["Nothing=1"])


def test_callers_concurrency_is_reserved_for_as_many_functions_as_it_counts() -> None:
    functions = resources("AWS::Serverless::Function").values()
    room = [each for each in functions if "CallersHaveRoom" in str(each.get("ReservedConcurrentExecutions"))]
    assert len(room) == ACCEPTING


class Session:
    """boto3's, with clients that answer what they are told, in order, and only that."""

    region_name = "eu-central-1"

    def __init__(self, answers: dict[str, list[tuple[str, Any]]]) -> None:
        self._stubbers = {}
        self._clients = {}
        for service, calls in answers.items():
            client = boto3.client(service, region_name=self.region_name)  # type: ignore[call-overload]
            stubber = Stubber(client)
            for operation, answer in calls:
                if isinstance(answer, dict):
                    stubber.add_response(operation, answer)
                else:
                    stubber.add_client_error(operation, service_error_code=answer, service_message=f"{answer}: no")
            stubber.activate()
            self._clients[service], self._stubbers[service] = client, stubber

    def client(self, service: str) -> Any:  # noqa: ANN401 - a client of any service
        return self._clients[service]

    def all_asked(self) -> None:
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials of the developer's own are used."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/admin/me", "UserId": "x"}
LIMITS = {"AccountLimit": {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 900}}
GATEWAY = {"cloudwatchRoleArn": ROLE, "throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5_000}}
ADMIN = "arn:aws:iam::123456789012:role/service/admin"
A_ROLE = {"Role": {"Path": "/", "RoleName": "admin", "RoleId": "A" * 16, "Arn": ADMIN, "CreateDate": 0}}
ONE_DENIED = {
    "EvaluationResults": [
        {"EvalActionName": "sqs:CreateQueue", "EvalDecision": "implicitDeny"},
        {"EvalActionName": "kms:CreateKey", "EvalDecision": "allowed"},
    ]
}


def test_an_account_is_asked_by_calls_that_change_nothing() -> None:
    session = Session(
        {
            "sts": [("get_caller_identity", IDENTITY)],
            "lambda": [("get_account_settings", LIMITS)],
            "apigateway": [("get_account", GATEWAY), ("get_api_keys", {"items": [{"id": "a"}, {"id": "b"}]})],
            "cloudformation": [("describe_stacks", "ValidationError: Stack with id cleave does not exist")],
            "cloudwatch": [("describe_alarms", {"MetricAlarms": [{"AlarmName": "cleave-server-errors"}]})],
            "iam": [("get_role", A_ROLE), ("simulate_principal_policy", ONE_DENIED)],
        }
    )
    facts = read_facts(session, "cleave")  # type: ignore[arg-type] # as far as it is asked
    session.all_asked()
    assert facts == Facts(
        account="123456789012",
        region="eu-central-1",
        concurrency=1_000,
        unreserved=900,
        requests_per_second=10_000.0,
        requests_burst=5_000,
        gateway_role=ROLE,
        api_keys=2,
        stack_status="",
        alarms_on=("server-errors",),
        denied=("sqs:CreateQueue",),
    )


def test_a_stack_is_asked_which_table_it_works_with_and_whom_its_alarms_reach() -> None:
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "dev"}]
    parameters += [{"ParameterKey": "AdoptedTable", "ParameterValue": "restored"}]
    stack = {"StackName": "cleave", "CreationTime": 0, "StackStatus": "UPDATE_COMPLETE", "Parameters": parameters}
    topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
    outputs = [{"OutputKey": "ApiId", "OutputValue": "a"}, {"OutputKey": "AlarmTopicArn", "OutputValue": topic}]
    told = [
        {"Endpoint": MAIL, "SubscriptionArn": f"{topic}:1"},
        {"Endpoint": "silent@example.org", "SubscriptionArn": "PendingConfirmation"},
    ]
    session = Session(
        {
            "sts": [("get_caller_identity", IDENTITY)],
            "lambda": [("get_account_settings", LIMITS)],
            "apigateway": [("get_account", GATEWAY), ("get_api_keys", {"items": []})],
            "cloudformation": [("describe_stacks", {"Stacks": [stack | {"Outputs": outputs}]})],
            "sns": [("list_subscriptions_by_topic", {"Subscriptions": told})],
            "cloudwatch": [("describe_alarms", {"MetricAlarms": []})],
            "iam": [("get_role", A_ROLE), ("simulate_principal_policy", ONE_DENIED)],
        }
    )
    facts = read_facts(session, "cleave")  # type: ignore[arg-type] # as far as it is asked
    session.all_asked()
    assert (facts.stack_status, facts.adopted, facts.confirmed) == ("UPDATE_COMPLETE", "restored", (MAIL,))
    assert facts.kept == {"Stage": "dev", "AdoptedTable": "restored"}


def test_what_may_not_be_asked_is_not_known_and_the_rest_is() -> None:
    denied = "AccessDeniedException"
    session = Session(
        {
            "sts": [("get_caller_identity", IDENTITY)],
            "lambda": [("get_account_settings", denied)],
            "apigateway": [("get_account", denied), ("get_api_keys", {"items": []})],
            "cloudformation": [("describe_stacks", denied)],
            "cloudwatch": [("describe_alarms", denied)],
            "iam": [("get_role", denied)],
        }
    )
    facts = read_facts(session, "cleave")  # type: ignore[arg-type] # as far as it is asked
    assert facts == Facts(account="123456789012", region="eu-central-1", api_keys=0, why=facts.why)
    assert facts.why.keys() == {"concurrency", "gateway", "stack_status", "alarms_on", "denied"}
    found = verdicts(facts, plan())
    assert found["API keys"] is Verdict.OK
    assert found["rights"] is found["stack"] is found["concurrency of deliveries"] is Verdict.CANNOT_KNOW


def test_rights_are_asked_for_everything_that_the_template_makes() -> None:
    services = {each["Type"].split("::")[1].lower() for each in template()["Resources"].values()}
    asked = {each.partition(":")[0] for each in NEEDED} | {"serverless", "wafv2"}  # WAF's rule is off by default
    assert services <= asked | {"codedeploy"}
