"""A stack of its own on the engine: changed, deleted, deployed again, and refused where it does not belong."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cleave_cli import environment, paths
from cleave_cli.deploy import engine_session
from cleave_cli.environment import REGION
from cleave_cli.stack import LocalStack

from tests.support.own_stack import FUNCTIONS, Account
from tests.support.processed import standard
from tests.support.template import template

pytestmark = pytest.mark.machine

STACK = "deploying"
KEPT = ("Table", "FailedRecords", "DataKey", "SecretsKey")


@pytest.fixture(scope="module")
def account(stack: LocalStack) -> Account:
    return Account(engine_session(), stack.deployment.endpoint, STACK)


@pytest.fixture(scope="module")
def deployed(account: Account) -> Iterator[Account]:
    account.deploy()
    yield account
    account.delete()


@pytest.mark.parametrize(
    ("changed", "published"),
    [
        ({"RetentionDays": "731"}, FUNCTIONS),
        ({"RetrySchedule": "1s off 3d"}, frozenset({"DeliverWebhookFunction"})),
        ({"StreamConcurrency": "5", "CallersConcurrency": "5"}, frozenset()),
        ({"DeliveryConcurrency": "5", "LogRetentionDays": "7", "AlarmThrottles": "11"}, frozenset()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_change_of_parameters_alone_publishes_what_it_changes_and_fails_no_deployment(
    deployed: Account, changed: dict[str, str], published: frozenset[str]
) -> None:
    """The engine refuses to publish a version of what has not changed, in AWS's words."""
    before = deployed.live()
    deployed.update(**changed)
    after = deployed.live()
    assert {name for name in FUNCTIONS if before[name] != after[name]} == published


def test_callers_get_the_new_value(deployed: Account) -> None:
    deployed.update(WebhookTracks="5")
    name = deployed.physical()["CreateWebhookFunction"]
    configured = deployed.client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    assert configured["Environment"]["Variables"]["WEBHOOK_TRACKS"] == "5"
    assert configured["Description"].split()[-3:-1][0] == "5"


def test_an_account_that_took_the_stack_is_said_to_take_it(deployed: Account) -> None:
    variables = {
        "AWS_ENDPOINT_URL": str(deployed.endpoint),
        **environment.ROOT_CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
    }
    done = subprocess.run(  # noqa: S603 - ours
        [str(paths.TOOLS / "cleave"), "preflight", "--stack", STACK],
        env={**environment.for_sam(None), **variables, "NO_PROXY": "127.0.0.1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "will fail" not in done.stdout
    assert "this stack's" in done.stdout
    told, linked = [line for line in done.stdout.splitlines() if "cannot know" in line]
    assert "AlarmEmail" in told
    assert "Runbooks=https://" in linked


def test_a_deleted_stack_keeps_what_it_must_and_can_be_deployed_again(account: Account, deployed: Account) -> None:
    before = deployed.physical()
    assert len(deployed.log_groups()) == len(FUNCTIONS) + 1
    deployed.delete()
    assert deployed.log_groups() == set()
    for name in KEPT:
        assert account.is_there(name, before[name]), name
    account.deploy()
    after = account.physical()
    for name in KEPT:  # on AWS, names of their own; the engine gives the table and the bucket the same again
        assert account.is_there(name, after[name]), name


def test_a_first_deployment_that_fails_leaves_nothing(account: Account) -> None:
    """It fails at a second version of an unchanged function, which the engine refuses as AWS does."""
    made = standard()
    code = {"Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": "def handler(*_): pass"}}
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}}
    document = {
        "Parameters": {"DeletionProtection": template()["Parameters"]["DeletionProtection"]},
        "Resources": {
            **{name: {key: each for key, each in made[name].items() if key != "Condition"} for name in KEPT},
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {**code, "Role": "arn:aws:iam::000000000000:role/x"},
            },
            "First": version,
            "Second": {**version, "DependsOn": ["First", *KEPT]},
        },
    }
    client, name = account.client("cloudformation"), "failing"
    client.create_stack(StackName=name, TemplateBody=json.dumps(document), OnFailure="ROLLBACK")
    assert account.settled(name) == "ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    assert [
        each for each in events if "A version for this Lambda function exists" in each.get("ResourceStatusReason", "")
    ]
    ended = {each["LogicalResourceId"] for each in events if each["ResourceStatus"] == "DELETE_COMPLETE"}
    assert set(KEPT) <= ended
    client.delete_stack(StackName=name)


@pytest.mark.parametrize(
    ("number", "stage", "is_made"),
    [("000000000000", "local", True), ("123456789012", "dev", True), ("123456789012", "local", False)],
)
def test_the_local_stage_is_refused_in_every_account_but_the_engines(
    account: Account,
    number: str,
    stage: str,
    is_made: bool,  # noqa: FBT001
) -> None:
    """The engine takes a key of twelve digits for an account's number."""
    name = "LocalStageIsTheLocalEngines"
    rules = {name: json.loads(json.dumps(template()["Rules"][name]).replace('"Equals"', '"Fn::Equals"'))}
    document = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Rules": rules,
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    key = "test" if number == "000000000000" else number
    other = boto3.client(
        "cloudformation", endpoint_url=account.endpoint, region_name=REGION,
        aws_access_key_id=key, aws_secret_access_key="test",
    )  # fmt: skip
    name = f"stage-{stage}-{number}"
    chosen: Any = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    if is_made:
        other.create_stack(StackName=name, TemplateBody=json.dumps(document), Parameters=chosen)
        other.delete_stack(StackName=name)
    else:
        with pytest.raises(ClientError, match='The stage "local" is the local engine'):
            other.create_stack(StackName=name, TemplateBody=json.dumps(document), Parameters=chosen)
