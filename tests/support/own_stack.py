"""A stack of a test's own on the engine, and what a test looks at there."""

import time
from collections.abc import Sequence
from typing import Any

from cleave_cli.deploy import parameters as local_parameters
from cleave_cli.rehearsal.account import Account as RehearsedAccount

from tests.support.template import resources

FUNCTIONS = frozenset(resources("AWS::Serverless::Function"))


class Account(RehearsedAccount):
    """The engine's."""

    def deploy(self, parameters: Sequence[str] = tuple(local_parameters())) -> None:
        """As `cleave` does, under another name."""
        super().deploy(parameters)

    def update(self, **changed: str) -> None:
        """Done, and not undone."""
        super().update(**changed)
        assert self.settled() == "UPDATE_COMPLETE"

    def stack(self, name: str | None = None) -> dict[str, Any]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=name or self.name)["Stacks"]
        described: dict[str, Any] = found
        return described

    def settled(self, name: str | None = None) -> str:
        while str(status := self.stack(name)["StackStatus"]).endswith("IN_PROGRESS"):
            time.sleep(0.1)
        return str(status)

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
