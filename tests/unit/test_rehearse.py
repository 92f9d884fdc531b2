"""A rehearsal touches no stack that is not its own, ends at what fails, and tells all that was seen."""

from typing import Self

import pytest
from cleave_cli import rehearse as command
from cleave_cli.errors import CleaveError
from cleave_cli.main import app
from cleave_cli.rehearsal.account import Account
from cleave_cli.rehearsal.callers import NotSeenError
from cleave_cli.rehearsal.steps import GUARD, STEPS, WATCHED, CannotShowError, Plan
from cleave_cli.rehearse import Outcome, run
from typer.testing import CliRunner

from tests.support.template import resources

NUMBER = "123456789012"


class Identity:
    """STS."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": NUMBER}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stacks that exist in the account."""
    names: list[str] = []
    monkeypatch.setattr(Account, "client", lambda *_: Identity())
    monkeypatch.setattr(Account, "status", lambda self: "CREATE_COMPLETE" if self.name in names else "")
    return names


def rehearse(monkeypatch: pytest.MonkeyPatch, *options: str, account: str = NUMBER) -> tuple[int, str]:
    """Its status and words, where each step says its name."""
    monkeypatch.setattr(command, "STEPS", {name: lambda _, name=name: f"{name} was seen" for name in STEPS})
    done = CliRunner().invoke(app, ["rehearse", "--account", account, *options], env={"COLUMNS": "200"})
    return done.exit_code, " ".join(done.output.split())


def test_every_step_is_done_in_a_stack_of_its_own(there: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = rehearse(monkeypatch)
    assert status == 0
    assert [name for name in STEPS if f"{name} was seen" not in said] == []
    assert there == []
    assert list(STEPS) == ["guided", "serve", "parameter", "canary", "slow-receivers", "restore", "again"]


@pytest.mark.parametrize(
    ("names", "options", "account", "says"),
    [
        ([], [], "999999999999", "The session is of account 123456789012, not of 999999999999."),
        (["cleave-rehearsal"], [], NUMBER, "exists already; choose another name"),
        ([], ["--begin-with", "restore"], NUMBER, "does not exist; begin with the first step"),
        ([], ["--begin-with", "lunch"], NUMBER, "There is no step lunch"),
    ],
    ids=["another account", "a stack that is there", "nothing to go on with", "no such step"],
)
def test_nothing_is_touched_that_is_not_its_own(
    there: list[str],
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    options: list[str],
    account: str,
    says: str,
) -> None:
    there += names
    status, said = rehearse(monkeypatch, *options, account=account)
    assert (status, says in said, "was seen" in said) == (1, True, False)


def test_it_goes_on_where_it_was_told_to(there: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    there.append("cleave-rehearsal")
    status, said = rehearse(monkeypatch, "--begin-with", "restore")
    assert (status, "restore was seen" in said, "again was seen" in said, "serve was seen" in said) == (
        0, True, True, False,
    )  # fmt: skip


def test_what_the_steps_name_in_a_stack_is_there() -> None:
    alarms = {each["AlarmName"]["Sub"] for each in resources("AWS::CloudWatch::Alarm").values()}
    assert GUARD.format(stack="${AWS::StackName}") in alarms
    assert WATCHED in resources("AWS::Serverless::Function")


class WithoutConsole:
    """CloudFormation and Lambda, of a stack that has all functions but the console's, and other resources."""

    def __init__(self) -> None:
        self.ids = {name: f"s-{name}" for name in [*resources("AWS::Serverless::Function"), "Table"]}
        del self.ids["ConsoleFunction"]

    def get_paginator(self, _: str) -> Self:
        return self

    def paginate(self, **_: str) -> list[dict[str, list[dict[str, str]]]]:
        each = [{"LogicalResourceId": name, "PhysicalResourceId": id_} for name, id_ in self.ids.items()]
        return [{"StackResourceSummaries": each}]

    def get_alias(self, **asked: str) -> dict[str, str]:
        assert asked["Name"] == "live"
        return {"FunctionVersion": f"version of {asked['FunctionName']}"}


def test_a_function_that_the_stack_was_not_asked_for_has_no_live_version(monkeypatch: pytest.MonkeyPatch) -> None:
    without = WithoutConsole()
    monkeypatch.setattr(Account, "client", lambda *_: without)
    live = Account(None, None, "s").live()  # type: ignore[arg-type] # its clients are ours
    assert live[WATCHED] == f"version of s-{WATCHED}"
    assert live.keys() == resources("AWS::Serverless::Function").keys() - {"ConsoleFunction"}


def test_what_comes_after_a_failure_would_show_nothing() -> None:
    def fail(_: Plan) -> str:
        raise NotSeenError("no split")

    def cannot(_: Plan) -> str:
        raise CannotShowError("no address")

    def refused(_: Plan) -> str:
        raise CleaveError("no such stack")

    plan = Plan(Account(None, None, "s"))  # type: ignore[arg-type] # asked for nothing
    results = list(run(plan, {"cannot": cannot, "good": lambda _: "seen", "bad": fail, "never": lambda _: "seen"}))
    assert [(each.step, each.outcome, each.said) for each in results] == [
        ("cannot", Outcome.NOT_HERE, "no address"),
        ("good", Outcome.SEEN, "seen"),
        ("bad", Outcome.FAILED, "NotSeenError: no split"),
    ]
    assert [each.outcome for each in run(plan, {"refused": refused})] == [Outcome.FAILED]
