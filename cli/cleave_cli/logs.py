"""What the functions logged: the engine keeps it in its CloudWatch Logs, not in its own output."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer
from botocore.client import BaseClient
from cleave import clock

from cleave_cli.console import console
from cleave_cli.credentials import read_endpoint
from cleave_cli.deploy import engine_session
from cleave_cli.errors import CleaveError
from cleave_cli.options import FOLDER, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

_PAUSE_SECONDS = 1.0
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

FunctionOption = Annotated[str | None, typer.Option(help="Only of functions whose name contains this.")]
SinceOption = Annotated[str | None, typer.Option(help="Only of so long: 30s, 10m, 2h, 1d.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")]


@dataclass(frozen=True, order=True)
class LogLine:
    """Lines sort by time; ``place`` is that among all of its function's, from the first that was read."""

    at_ms: int
    function: str
    place: int
    message: str

    def __str__(self) -> str:
        return f"{self.function}: {self.message}"


@reporting_errors()
def logs(
    function: FunctionOption = None,
    since: SinceOption = None,
    follow: FollowOption = False,  # noqa: FBT002 - a flag
    state: StateOption = FOLDER,
) -> None:
    """Print what the functions of the running stack have logged, in order of time."""
    client = engine_session().client("logs", endpoint_url=read_endpoint(StateDir(state).local_json))
    start_ms = 0 if since is None else int((clock.now() - parse_age(since)).timestamp() * 1000)
    shown: Counter[str] = Counter()
    while True:
        for line in read_lines(client, function or "", start_ms):
            if line.place >= shown[line.function]:
                shown[line.function] += 1
                console.print(str(line), markup=False, soft_wrap=True)
        if not follow:
            return
        time.sleep(_PAUSE_SECONDS)


def parse_age(text: str) -> timedelta:
    """Raises CleaveError."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if found is None:
        raise CleaveError(f"--since takes a number and a unit, as 30s, 10m, 2h or 1d, not {text}.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def function_logs(endpoint: str) -> Iterator[str]:
    """Every line that a function has logged."""
    client = engine_session().client("logs", endpoint_url=endpoint)
    yield from map(str, read_lines(client, "", 0))


def read_lines(client: BaseClient, function: str, start_ms: int) -> list[LogLine]:
    """In order of time."""
    pages = client.get_paginator("describe_log_groups").paginate()
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    wanted = [group for group in groups if function.lower() in _function_of(group).lower()]
    return sorted(line for group in wanted for line in _lines_of(client, group, start_ms))


def _function_of(group: str) -> str:
    return group.rsplit("/", 1)[-1]


def _lines_of(client: BaseClient, group: str, start_ms: int) -> Iterator[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start_ms)
    for place, event in enumerate(event for page in pages for event in page["events"]):
        yield LogLine(event["timestamp"], _function_of(group), place, event["message"].rstrip())
