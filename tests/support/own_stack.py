"""A stack of a test's own on the engine, deployed, changed and deleted as its owner would."""

import subprocess
import time
from dataclasses import dataclass
from typing import Any

import boto3
from cleave_cli import environment, paths
from cleave_cli.deploy import Deployment, parameters, stack_outputs
from cleave_cli.stack_update import update

from tests.support.template import resources

FUNCTIONS = frozenset(resources("AWS::Serverless::Function"))


@dataclass(frozen=True)
class Account:
    """The engine's, by what a deployer of the stack ``name`` calls."""

    session: boto3.Session
    endpoint: str
    name: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - a client of any service
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's."""
        return stack_outputs(self.client("cloudformation"), self.name)

    @property
    def base_url(self) -> str:
        """Where its API is."""
        return Deployment(self.endpoint, self.outputs).base_url

    def deploy(self) -> None:
        """As `cleave` does, under another name."""
        command = [str(paths.SAM), "deploy", "--config-env", "local", "--stack-name", self.name]
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
        update(self.session, self.endpoint, self.name, changed)
        assert self.settled() == "UPDATE_COMPLETE"

    def stack(self, name: str | None = None) -> dict[str, Any]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=name or self.name)["Stacks"]
        described: dict[str, Any] = found
        return described

    def settled(self, name: str | None = None) -> str:
        while str(status := self.stack(name)["StackStatus"]).endswith("IN_PROGRESS"):
            time.sleep(0.1)
        return str(status)

    def physical(self) -> dict[str, str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def delete(self) -> None:
        client = self.client("cloudformation")
        client.delete_stack(StackName=self.name)
        client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})

    def live(self) -> dict[str, str]:
        """The version that callers call, by function."""
        client, physical = self.client("lambda"), self.physical()
        return {
            name: client.get_alias(FunctionName=physical[name], Name="live")["FunctionVersion"] for name in FUNCTIONS
        }

    def log_groups(self) -> set[str]:
        pages = self.client("logs").get_paginator("describe_log_groups").paginate()
        names = [each["logGroupName"] for page in pages for each in page["logGroups"]]
        return {name for name in names if f"/{self.name}/" in name}

    def is_there(self, name: str, physical: str) -> bool:
        if name == "Table":
            return physical in self.client("dynamodb").list_tables()["TableNames"]
        if name == "FailedRecords":
            return physical in [each["Name"] for each in self.client("s3").list_buckets()["Buckets"]]
        state = self.client("kms").describe_key(KeyId=physical)["KeyMetadata"]["KeyState"]
        return bool(state == "Enabled")
