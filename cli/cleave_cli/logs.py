"""The functions' logs: the engine keeps them in its CloudWatch Logs, not in its own output."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import boto3
import typer
from botocore.client import BaseClient
from cleave import clock
from cleave.clock import to_ms

from cleave_cli.console import console
from cleave_cli.credentials import read_endpoint
from cleave_cli.deploy import engine_session
from cleave_cli.errors import CleaveError
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

_PAUSE_SECONDS = 1.0
_OF_A_STAGE = "1h"
_LATE_MS = 60_000  # a line may come so long after others that are newer
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

FunctionOption = Annotated[str | None, typer.Option(help="Only of functions whose name contains this.")]
SinceOption = Annotated[str | None, typer.Option(help="Only lines of the last 30s, 10m, 2h or 1d.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")]


@dataclass(frozen=True, order=True)
class LogLine:
    """Lines sort by time; ``place`` is that among those of its function and millisecond."""

    at_ms: int
    function: str
    place: int
    message: str

    def __str__(self) -> str:
        return f"{self.function}: {self.message}"


@dataclass(frozen=True)
class LogSource:
    """CloudWatch Logs; only of groups whose name begins with ``prefix``."""

    client: BaseClient
    prefix: str = ""


@reporting_errors()
def logs(
    function: FunctionOption = None,
    since: SinceOption = None,
    follow: FollowOption = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Print the running stack's function logs in order of time; for a stack on AWS, those of the last hour."""
    source = _source(stack, StateDir(state))
    age = since or (_OF_A_STAGE if stack else None)
    start_ms = 0 if age is None else to_ms(clock.now() - parse_age(age))
    shown: set[LogLine] = set()
    while True:
        found = read_lines(source, function or "", start_ms)
        for line in found:
            if line not in shown:
                console.print(_as_json(line) if as_json else str(line), markup=False, soft_wrap=True)
        if not follow:
            return
        start_ms = max([start_ms, *(line.at_ms - _LATE_MS for line in found)])
        shown = {line for line in (*shown, *found) if line.at_ms >= start_ms}
        time.sleep(_PAUSE_SECONDS)


def _as_json(line: LogLine) -> str:
    """One object a line; the message of a line of ours is an object itself."""
    try:
        message = json.loads(line.message)
    except ValueError:
        message = line.message
    return json.dumps({"at": line.at_ms, "function": line.function, "message": message})


def _source(stack: str | None, state: StateDir) -> LogSource:
    if stack is not None:
        return LogSource(boto3.client("logs"), f"/aws/lambda/{stack}/")
    return LogSource(engine_session().client("logs", endpoint_url=read_endpoint(state.local_json)))


def parse_age(text: str) -> timedelta:
    """Raises CleaveError."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if found is None:
        raise CleaveError(f"--since takes a number and a unit, as 30s, 10m, 2h or 1d, not {text}.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def function_logs(endpoint: str) -> Iterator[str]:
    """Every line that a function has logged."""
    source = LogSource(engine_session().client("logs", endpoint_url=endpoint))
    yield from map(str, read_lines(source, "", 0))


def read_lines(source: LogSource, function: str, start_ms: int) -> list[LogLine]:
    """The lines in order of time."""
    client = source.client
    named = {"logGroupNamePrefix": source.prefix} if source.prefix else {}
    pages = client.get_paginator("describe_log_groups").paginate(**named)
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    wanted = [group for group in groups if function.lower() in _function_of(group).lower()]
    return sorted(line for group in wanted for line in _lines_of(client, group, start_ms))


def _function_of(group: str) -> str:
    return group.rsplit("/", 1)[-1]


def _lines_of(client: BaseClient, group: str, start_ms: int) -> Iterator[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start_ms)
    places: Counter[int] = Counter()
    for event in (event for page in pages for event in page["events"]):
        at_ms = event["timestamp"]
        yield LogLine(at_ms, _function_of(group), places[at_ms], event["message"].rstrip())
        places[at_ms] += 1
