"""A runbook followed on a stack of its own: its commands as they stand, its queries over what was logged."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleave.table.table import Table
from cleave_cli import environment
from cleave_cli.main import app
from typer.testing import CliRunner

from tests.support.insights import query
from tests.support.own_stack import Account
from tests.support.subscribing import eventually
from tests.support.template import ROOT

FOLDER = ROOT / "docs/runbooks"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRAM = ".venv/bin/cleave "
_STACK = "--stack cleave"


def pages() -> list[Path]:
    """All but the index."""
    return [page for page in sorted(FOLDER.glob("*.md")) if page.name != "README.md"]


@dataclass
class Page:
    """``names`` are what stands for what in its commands; ``variables`` what it says is in the environment."""

    name: str
    account: Account
    names: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    commands: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.commands = [line for block in _BLOCK.findall(self._text) for line in block.splitlines()]

    @property
    def _text(self) -> str:
        return (FOLDER / f"{self.name}.md").read_text()

    def only(self, *beginnings: str) -> "Page":
        """The same page, of which the other commands are left out."""
        self.commands = [each for each in self.commands if each.removeprefix(_PROGRAM).startswith(beginnings)]
        return self

    def follow(self, beginning: str, *, status: int = 0, until: Callable[[str], bool] = bool) -> str:
        """Run the next command, which begins so, again until it prints what it should; what that was.

        It has to end with the status.
        """
        assert self.commands, f"{self.name} ends before {beginning}"
        command = self.commands.pop(0)
        assert command.removeprefix(_PROGRAM).startswith(beginning), command

        def printed() -> str:
            ended, output = self._run(self._filled(command))
            assert ended == status, f"{command}\n{output}"
            return output

        return eventually(printed, until)

    def look(self, name: str, function: str | None = None) -> list[str]:
        """Lines that the saved query finds, which the page has to name."""
        assert f"`{name}`" in self._text, f"{self.name} does not lead to {name}"
        asked, client = query(name), self.account.client("logs")
        groups = [group.removesuffix("Logs") for group in asked.groups]
        wanted = [each for each in groups if function in {None, each}]
        assert wanted, f"{name} does not look at {function}"
        found = (line for each in wanted for line in lines_of(client, f"/aws/lambda/{self.account.name}/{each}"))
        return [line for line in found if asked.finds(line)]

    def _filled(self, command: str) -> str:
        for name, value in {_STACK: f"--stack {self.account.name}", **self.names}.items():
            command = command.replace(name, value)
        return command

    def _run(self, command: str) -> tuple[int, str]:
        variables = {
            **environment.ROOT_CREDENTIALS,
            "AWS_ENDPOINT_URL": str(self.account.endpoint),
            "AWS_DEFAULT_REGION": environment.REGION,
            "NO_PROXY": "127.0.0.1",
            "COLUMNS": "250",
            **self.variables,
        }
        if command.startswith(_PROGRAM):
            done = CliRunner().invoke(app, shlex.split(command.removeprefix(_PROGRAM)), env=variables)
            assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
            return done.exit_code, done.output
        ran = subprocess.run(  # noqa: S603 - a page's own words
            ["bash", "-c", f"{command} --fail --silent --show-error"],  # noqa: S607
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        return ran.returncode, ran.stdout + ran.stderr


def lines_of(client: Any, group: str) -> list[str]:  # noqa: ANN401 - boto3's
    """All that a log group has."""
    try:
        found = client.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"].rstrip() for each in found for event in each["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []


@contextmanager
def following(page: Page) -> Iterator[Page]:
    """The page, which has to have been followed to its end."""
    yield page
    assert page.commands == [], f"{page.name} goes on"


@dataclass
class Denied:
    """What a function may not do for a while: a fault by its role, which the engine enforces as AWS does."""

    account: Account
    function: str
    actions: Sequence[str]

    def __enter__(self) -> "Denied":
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": list(self.actions), "Resource": "*"}],
        }
        self._iam.put_role_policy(**self._policy, PolicyDocument=json.dumps(document))
        return self

    def __exit__(self, *_: object) -> None:
        self._iam.delete_role_policy(**self._policy)

    @property
    def _iam(self) -> Any:  # noqa: ANN401 - boto3's
        return self.account.client("iam")

    @property
    def _policy(self) -> dict[str, str]:
        return {"RoleName": self.account.physical()[f"{self.function}FunctionRole"], "PolicyName": "fault"}


def table_of(account: Account, name: str | None = None) -> Table:
    """The stack's, as root."""
    return Table(account.client("dynamodb"), name or account.outputs["TableName"])
