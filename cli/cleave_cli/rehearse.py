"""`cleave rehearse`: in an AWS account of its own, everything that only an account can show."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated

import boto3
import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table as Grid

from cleave_cli.console import grid as new_grid
from cleave_cli.console import notes, show
from cleave_cli.errors import CleaveError
from cleave_cli.options import JsonOption
from cleave_cli.rehearsal.account import Account
from cleave_cli.rehearsal.callers import NotSeenError
from cleave_cli.rehearsal.steps import STEPS, CannotShowError, Plan
from cleave_cli.reporting import reporting_errors


class Outcome(StrEnum):
    """The result of a step."""

    SEEN = "ok"
    FAILED = "failed"
    NOT_HERE = "cannot be shown here"


@dataclass(frozen=True)
class Result:
    step: str
    outcome: Outcome
    seconds: float
    said: str


class RehearsalFailedError(CleaveError):
    """A step did not show what it has to show."""

    title = "Not ready"


@reporting_errors()
def rehearse(
    account: Annotated[str, typer.Option(help="Number of the account, which has to be the session's.")],
    stack: Annotated[str, typer.Option(help="Name of a stack that does not exist yet.")] = "cleave-rehearsal",
    slow_receiver: Annotated[str | None, typer.Option(help="An https address that answers after 9 s.")] = None,
    receivers: Annotated[int, typer.Option(help="How many webhooks point there.", min=1)] = 1_000,
    begin_with: Annotated[str, typer.Option(help=f"Go on from here: {', '.join(STEPS)}.")] = next(iter(STEPS)),
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Deploy, serve, change, roll back, restore and delete a stack in a throwaway account, and print the results.

    It takes about an hour and a few dollars, and leaves behind what the last line names. `sam build` comes before it.
    """
    session = boto3.Session()
    own = Account(session, None, stack)
    check(own, account, begin_with)
    wanted = list(STEPS)[list(STEPS).index(begin_with) :]
    plan = Plan(own, slow_receiver, receivers)
    results = list(run(plan, {name: STEPS[name] for name in wanted}))
    show([asdict(each) for each in results], grid(results), as_json=as_json)
    if any(each.outcome is Outcome.FAILED for each in results):
        raise RehearsalFailedError(f"Go on with --begin-with {results[-1].step} once it is mended.")


def check(own: Account, number: str, begin_with: str) -> None:
    """Raises CleaveError if it would touch resources that are not its own."""
    if begin_with not in STEPS:
        raise CleaveError(f"There is no step {begin_with}: {', '.join(STEPS)}.")
    found = own.client("sts").get_caller_identity()["Account"]
    if found != number:
        raise CleaveError(f"The session is of account {found}, not of {number}.")
    is_there = bool(own.status())
    if is_there == (begin_with == next(iter(STEPS))):
        said = "exists already; choose another name" if is_there else "does not exist; begin with the first step"
        raise CleaveError(f"Stack {own.name} {said}.")


def run(plan: Plan, steps: Mapping[str, Callable[[Plan], str]]) -> Iterator[Result]:
    """The steps in order, up to the first that fails: later ones would show nothing."""
    for name, step in steps.items():
        started = time.monotonic()
        notes.print(f"… {name}")
        outcome, said = _outcome(plan, step)
        yield Result(name, outcome, time.monotonic() - started, said)
        if outcome is Outcome.FAILED:
            return


def _outcome(plan: Plan, step: Callable[[Plan], str]) -> tuple[Outcome, str]:
    try:
        return Outcome.SEEN, step(plan)
    except CannotShowError as reason:
        return Outcome.NOT_HERE, str(reason)
    except (NotSeenError, CleaveError, ClientError, BotoCoreError, httpx.HTTPError) as error:
        return Outcome.FAILED, f"{type(error).__name__}: {error}"


def grid(results: list[Result]) -> Grid:
    """For docs/aws.md."""
    table = new_grid("step", "outcome", "seconds", "seen")
    for each in results:
        table.add_row(each.step, each.outcome.value, f"{each.seconds:.0f}", each.said)
    return table
