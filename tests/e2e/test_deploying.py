"""A stack of its own on the engine: changed, deleted, deployed again, and refused where it does not belong."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cleave_cli import environment, paths
from cleave_cli.deploy import engine_session, parameters
from cleave_cli.environment import REGION
from cleave_cli.stack import LocalStack

from tests.support.processed import standard
from tests.support.template import resources, template

STACK = "deploying"
KEPT = ("Table", "FailedRecords", "DataKey", "SecretsKey")
ALL = frozenset(resources("AWS::Serverless::Function"))


@dataclass(frozen=True)
class Account:
    """The engine's, by what a deployer calls."""

    session: boto3.Session
    endpoint: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - a client of any service
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def deploy(self) -> None:
        """As `cleave` does, under another name."""
        command = [str(paths.SAM), "deploy", "--config-env", "local", "--stack-name", STACK]
        done = subprocess.run(  # noqa: S603 - ours
            [*command, "--parameter-overrides", *parameters()],
            env=environment.for_sam(self.endpoint),
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def update(self, **changed: str) -> None:
        """The same template with other parameters."""
        names = [each["ParameterKey"] for each in self.stack()["Parameters"]]
        kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in names if name not in changed]
        new = [{"ParameterKey": name, "ParameterValue": value} for name, value in changed.items()]
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        self.client("cloudformation").update_stack(
            StackName=STACK, UsePreviousTemplate=True, Parameters=[*kept, *new], Capabilities=capabilities
        )
        assert self.settled() == "UPDATE_COMPLETE"

    def stack(self, name: str = STACK) -> dict[str, Any]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        described: dict[str, Any] = found
        return described

    def settled(self, name: str = STACK) -> str:
        while str(status := self.stack(name)["StackStatus"]).endswith("IN_PROGRESS"):
            time.sleep(0.1)
        return str(status)

    def physical(self) -> dict[str, str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        found = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def delete(self) -> None:
        client = self.client("cloudformation")
        client.delete_stack(StackName=STACK)
        client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})

    def live(self) -> dict[str, str]:
        """The version that callers call, by function."""
        client, physical = self.client("lambda"), self.physical()
        return {name: client.get_alias(FunctionName=physical[name], Name="live")["FunctionVersion"] for name in ALL}

    def log_groups(self) -> set[str]:
        pages = self.client("logs").get_paginator("describe_log_groups").paginate()
        names = [each["logGroupName"] for page in pages for each in page["logGroups"]]
        return {name for name in names if f"/{STACK}/" in name}

    def is_there(self, name: str, physical: str) -> bool:
        if name == "Table":
            return physical in self.client("dynamodb").list_tables()["TableNames"]
        if name == "FailedRecords":
            return physical in [each["Name"] for each in self.client("s3").list_buckets()["Buckets"]]
        state = self.client("kms").describe_key(KeyId=physical)["KeyMetadata"]["KeyState"]
        return bool(state == "Enabled")


@pytest.fixture(scope="module")
def account(stack: LocalStack) -> Account:
    return Account(engine_session(), stack.deployment.endpoint)


@pytest.fixture(scope="module")
def deployed(account: Account) -> Iterator[Account]:
    account.deploy()
    yield account
    account.delete()


@pytest.mark.parametrize(
    ("changed", "published"),
    [
        ({"RetentionDays": "731"}, ALL),
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
    assert {name for name in ALL if before[name] != after[name]} == published


def test_callers_get_the_new_value(deployed: Account) -> None:
    deployed.update(WebhookTracks="5")
    name = deployed.physical()["CreateWebhookFunction"]
    configured = deployed.client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    assert configured["Environment"]["Variables"]["WEBHOOK_TRACKS"] == "5"
    assert configured["Description"].split()[-3:-1][0] == "5"


def test_an_account_that_took_the_stack_is_said_to_take_it(deployed: Account) -> None:
    variables = {"AWS_ENDPOINT_URL": deployed.endpoint, **environment.ROOT_CREDENTIALS, "AWS_DEFAULT_REGION": REGION}
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
    (unknown,) = [line for line in done.stdout.splitlines() if "cannot know" in line]
    assert "AlarmEmail" in unknown


def test_a_deleted_stack_keeps_what_it_must_and_can_be_deployed_again(account: Account, deployed: Account) -> None:
    before = deployed.physical()
    assert len(deployed.log_groups()) == len(ALL) + 1
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
            **{name: made[name] for name in KEPT},
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
