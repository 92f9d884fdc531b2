"""An account in which a stack is deployed, changed and deleted as its owner would."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from cleave_cli import environment, paths
from cleave_cli.deploy import Deployment, stack_outputs
from cleave_cli.errors import ToolError
from cleave_cli.operate import Stack
from cleave_cli.stack_update import update
from cleave_cli.template import resources, template

# Of `sam deploy --guided` beside parameters: stack, region; changes, roles, rollback, an open path; what to save.
_OTHER_QUESTIONS = 10
_HOUR = 3600.0


@dataclass(frozen=True)
class Account:
    """Of ``session``, on AWS or, with an ``endpoint``, on the local engine; ``name`` is the stack's."""

    session: boto3.Session
    endpoint: str | None
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
        return self.outputs["ApiUrl"] if self.endpoint is None else Deployment(self.endpoint, self.outputs).base_url

    @property
    def as_stack(self) -> Stack:
        """As the operators' commands see it."""
        return Stack(self.session, self.endpoint, self.outputs)

    def deploy(self, parameters: Sequence[str] = ()) -> None:
        """`sam deploy` of the last build, with these as ``NAME=VALUE``. Raises ToolError."""
        command = ["deploy", "--config-env", "local", "--stack-name", self.name]
        self._sam([*command, *(["--parameter-overrides", *parameters] if parameters else [])], paths.ROOT)

    def deploy_guided(self) -> None:
        """As a newcomer does it, with Return for every question but the stack's name. Raises ToolError."""
        answers = [self.name, *[""] * (len(template()["Parameters"]) + _OTHER_QUESTIONS)]
        with _copy_of_what_was_built() as folder:  # it overwrites the settings
            self._sam(["deploy", "--guided"], folder, "\n".join(answers))

    def _sam(self, command: list[str], folder: Path, answers: str = "") -> None:
        variables = dict(os.environ) if self.endpoint is None else environment.for_sam(self.endpoint)
        done = subprocess.run(
            [str(paths.SAM), *command],
            env=variables,
            cwd=folder,
            input=answers,
            capture_output=True,
            text=True,
            check=False,
            timeout=_HOUR,
        )
        if done.returncode != 0:
            raise ToolError(f"sam {' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    def update(self, **changed: str) -> None:
        """The same template with other parameters."""
        update(self.session, self.endpoint, self.name, changed)

    def status(self) -> str:
        """The stack's; empty where there is none."""
        client = self.client("cloudformation")
        pages = client.get_paginator("describe_stacks").paginate()
        return next((each["StackStatus"] for page in pages for each in page["Stacks"] if self._is_this(each)), "")

    def _is_this(self, stack: Mapping[str, Any]) -> bool:
        return bool(stack["StackName"] == self.name and stack["StackStatus"] != "DELETE_COMPLETE")

    def settled(self) -> str:
        """Its status once nothing is under way."""
        deadline = time.monotonic() + _HOUR
        while (status := self.status()).endswith("IN_PROGRESS") and time.monotonic() < deadline:
            time.sleep(0.1 if self.endpoint else 5)
        return status

    def physical(self) -> dict[str, str]:
        """Physical ids of the stack's resources by their logical ones."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def delete(self) -> None:
        """Delete the stack, and wait until it is gone."""
        client = self.client("cloudformation")
        client.delete_stack(StackName=self.name)
        waiter = client.get_waiter("stack_delete_complete")
        waiter.wait(StackName=self.name, WaiterConfig={"Delay": 1 if self.endpoint else 10, "MaxAttempts": 360})

    def live(self) -> dict[str, str]:
        """The version that callers call, by function; without those that a parameter leaves out, as the console's."""
        client, physical = self.client("lambda"), self.physical()
        names = resources("AWS::Serverless::Function").keys() & physical.keys()
        return {name: client.get_alias(FunctionName=physical[name], Name="live")["FunctionVersion"] for name in names}

    def variable(self, function: str, name: str) -> str:
        """An environment variable as callers of the function have it."""
        found = self.client("lambda").get_function_configuration(
            FunctionName=self.physical()[function], Qualifier="live"
        )
        return str(found["Environment"]["Variables"][name])


@contextmanager
def _copy_of_what_was_built() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(paths.SAM_BUILD, folder / ".aws-sam" / "build", symlinks=True)
        for each in ("template.yaml", "samconfig.toml"):
            shutil.copy(paths.ROOT / each, folder)
        yield folder
