"""The program's habits: where it writes, what it understands everywhere, how it ends."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, NoRegionError
from botocore.utils import get_environ_proxies
from cleave.clock import to_ms
from cleave.logs import Log, note
from cleave_cli import console, invoke, logs, operate
from cleave_cli.deploy import engine_session
from cleave_cli.errors import CleaveError
from cleave_cli.main import app
from cleave_cli.paths import TOOLS
from cleave_cli.reporting import reporting_errors
from cleave_cli.told.catalogue import KINDS
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner, Result

pytestmark = pytest.mark.machine

ID = "MC8wMTc5NTkzMjE5NzMzOSMyMDgxMSMxMDgxMTE5MDMwMQ-and-more"


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=given)


def commands(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - click's
    for each, found in getattr(command, "commands", {}).items():
        yield (*name, each), found
        yield from commands(found, (*name, each))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_every_command_explains_itself(name: tuple[str, ...]) -> None:
    for option in ("-h", "--help"):
        assert run(*name, option).exit_code == 0


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_a_stack_is_found_in_the_same_way_everywhere(name: tuple[str, ...]) -> None:
    states = [each for each in ALL[name].params if each.name == "state"]
    assert [(each.opts, each.envvar) for each in states] in ([], [(["--state"], "CLEAVE_STATE")])


# They serve, make files, or answer with JSON anyway, and have no result of their own to show.
NOTHING_TO_SHOW = {"up", "demo", "build", "restore", "openapi", "events", "samples", "invoke"}
SHOWING = [" ".join(name) for name, each in ALL.items() if not getattr(each, "commands", None)]
SHOWING = [name for name in SHOWING if name not in NOTHING_TO_SHOW]


@pytest.mark.parametrize("name", SHOWING)
def test_what_shows_something_has_a_form_for_programs(name: str) -> None:
    assert "--json" in [option for each in ALL[tuple(name.split())].params for option in each.opts]


def test_a_result_is_shown_as_it_is_or_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    shown = console.grid("order")
    shown.add_row("[red]1[/] and [/]")
    console.show({"order": "[red]"}, "[red]: one", shown, as_json=False)
    words = capsys.readouterr().out
    assert "[red]: one" in words
    assert "[red]1[/] and [/]" in words
    console.show({"order": "[red]"}, "[red]: one", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"order": "[red]"}


def test_results_that_come_one_by_one_are_one_list_also_where_the_work_ends_early(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with suppress(KeyError), console.showing_each(as_json=True) as show_one:
        show_one({"place": 1}, "the first")
        raise KeyError
    assert json.loads(capsys.readouterr().out) == [{"place": 1}]
    with console.showing_each(as_json=False) as show_one:
        show_one({"place": 1}, "the first")
        assert capsys.readouterr().out == "the first\n"
    assert capsys.readouterr().out == ""


def test_while_something_is_watched_results_stay_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "notes", Console(stderr=True, force_terminal=True))
    monkeypatch.setattr(console, "console", Console(width=80))
    with console.step("Doing it"):
        console.show({}, "a result", as_json=False)
    said = capsys.readouterr()
    assert (said.out, "Doing it" in said.err) == ("a result\n", True)


def test_it_says_its_version_and_completes_in_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))  # whatever started the tests
    assert run("--version").stdout.startswith("cleave ")
    assert "complete_bash" in run("--show-completion").stdout


def test_what_a_shell_evaluates_is_empty_where_it_failed(tmp_path: Path) -> None:
    failed = run("env", "--state", str(tmp_path))
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "Nothing is running here" in failed.stderr


@pytest.mark.parametrize(
    "error", [NoRegionError(), ClientError({"Error": {"Code": "ValidationError", "Message": "no stack"}}, "Describe")]
)
def test_an_error_of_aws_is_a_sentence_and_a_status(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, reporting_errors():
        raise error
    said = capsys.readouterr()
    assert (ended.value.exit_code, said.out) == (1, "")
    assert str(error) in said.err.replace("\n", " ")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[bytes]]:
    """``cleave invoke`` without a build or a runtime: the events that came, and what is answered."""
    events: list[bytes] = []

    def answer_with(answer: object) -> list[bytes]:
        def invoked(_function: str, event: bytes, _state: object) -> object:
            events.append(event)
            return answer

        monkeypatch.setattr(invoke, "invoke_function", invoked)
        return events

    monkeypatch.setattr(invoke, "build_if_changed", lambda _: None)
    return answer_with


def test_invoke_reads_standard_input_and_prints_the_answer_alone(
    answering: Callable[[object], list[bytes]], tmp_path: Path
) -> None:
    events = answering({"statusCode": 200})
    done = run("invoke", "cancel_package", "-", "--state", str(tmp_path), given='{"a": 1}')
    assert (done.exit_code, json.loads(done.stdout), events) == (0, {"statusCode": 200}, [b'{"a": 1}'])


def test_invoke_of_a_function_that_raised_ends_with_1(
    answering: Callable[[object], list[bytes]], tmp_path: Path
) -> None:
    answering({"errorType": "KeyError", "errorMessage": "'requestContext'"})
    raised = run("invoke", "cancel_package", "good", "--state", str(tmp_path))
    assert (raised.exit_code, json.loads(raised.stdout)["errorType"]) == (1, "KeyError")
    assert "KeyError: 'requestContext'" in raised.stderr


@pytest.mark.parametrize("width", [60, 100, 300])
def test_a_table_leaves_ids_whole(width: int) -> None:
    shown = console.grid("id", "", "what", title="Two of them")
    shown.add_row(ID, "waiting", "a [text] that is " + "long " * 12)
    shown.add_row(Text("short"), "", "it", style="bold red")
    window = Console(width=width, color_system=None)
    with window.capture() as captured:
        window.print(shown, markup=False)
    said = captured.get()
    assert ID in said
    assert max(map(len, said.splitlines())) <= width
    assert ("│" in said) == (width == 300)
    if width < 300:
        assert said.splitlines()[:3] == ["Two of them", f"id: {ID}", "waiting"]
        assert said.splitlines()[-4:] == ["", "id: short", "what: it", ""]


def test_no_color_is_no_escape_sequence_at_all() -> None:
    environment = {"NO_COLOR": "1", "FORCE_COLOR": "1", "PATH": "/usr/bin:/bin", "COLUMNS": "80"}
    for arguments in (["-h"], ["env", "--state", "/nowhere"]):
        said = subprocess.run(  # noqa: S603 - ours
            [str(TOOLS / "cleave"), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert "\x1b" not in said.stdout + said.stderr


@pytest.mark.parametrize("columns", ["", "0", "wide", "-1"])
def test_a_width_that_is_none_is_nobodys_wish(columns: str) -> None:
    environment, command = {"COLUMNS": columns, "PATH": "/usr/bin:/bin"}, ["env", "--state", "/nowhere"]
    said = subprocess.run(  # noqa: S603 - ours
        [str(TOOLS / "cleave"), *command], env=environment, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout) == (1, "")
    assert "Nothing is running here" in said.stderr


def test_what_the_services_own_code_logs_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_stack(*_: object) -> object:
        note(Log.READ_FAILED, error="Timeout")
        raise CleaveError("no stack")

    monkeypatch.setattr(operate, "find_stack", find_stack)
    assert run("requeue").stdout == ""


class Logs:
    """CloudWatch Logs with two groups; each answer has what came until then."""

    GROUPS = ("/aws/lambda/CancelPackage", "/aws/lambda/Reconcile")

    def __init__(self) -> None:
        self.events = {self.GROUPS[0]: [(3, "third")], self.GROUPS[1]: [(1, "first"), (2, "second")]}

    def get_paginator(self, name: str) -> "Logs":
        self.asked = name
        return self

    def paginate(self, **wanted: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as boto3 has it
        if "logGroupName" not in wanted:
            named = [each for each in self.events if each.startswith(wanted.get("logGroupNamePrefix", ""))]
            return [{"logGroups": [{"logGroupName": each} for each in named]}]
        found = [(at, text) for at, text in self.events[wanted["logGroupName"]] if at >= wanted["startTime"]]
        return [{"events": [{"timestamp": at, "message": f"{text}\n"} for at, text in found]}]


def test_logs_are_in_order_of_time_and_of_the_functions_asked_for() -> None:
    client: Any = logs.LogSource(Logs())  # type: ignore[arg-type]
    assert [each.message for each in logs.read_lines(client, "", 0)] == ["first", "second", "third"]
    assert [str(each) for each in logs.read_lines(client, "cancel", 0)] == ["CancelPackage: third"]
    assert [each.message for each in logs.read_lines(client, "", 2)] == ["second", "third"]


def test_following_shows_each_line_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Logs()

    def pause(_: float) -> None:
        if client.events[Logs.GROUPS[0]][-1][1] == "third":
            client.events[Logs.GROUPS[0]].append((3, "third"))
            client.events[Logs.GROUPS[0]].append((9, "ninth"))
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr(logs, "engine_session", type("Session", (), {"client": lambda *_, **__: client}))
    monkeypatch.setattr(logs, "read_endpoint", lambda _: "http://127.0.0.1:9")
    monkeypatch.setattr("cleave_cli.logs.time.sleep", pause)
    with pytest.raises(typer.Exit):
        logs.logs(follow=True, state=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["first", "second", "third", "third", "ninth"]


def test_logs_of_a_stage_are_those_of_its_stack_in_the_last_hour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now, client = to_ms(datetime.now(UTC)), Logs()
    client.events = {
        "/aws/lambda/cleave/CancelPackage": [(now - 2 * 3_600_000, "long ago"), (now - 60_000, "a minute ago")],
        "/aws/lambda/cleave-other/CancelPackage": [(now, "of another stack")],
    }
    monkeypatch.setattr("cleave_cli.logs.boto3.client", lambda _: client)
    logs.logs(stack="cleave")
    assert capsys.readouterr().out.splitlines() == ["CancelPackage: a minute ago"]
    logs.logs(stack="cleave", since="3h", function="cancel", as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["function"], line["message"]) for line in lines] == [
        ("CancelPackage", "long ago"),
        ("CancelPackage", "a minute ago"),
    ]


def test_an_age_is_a_number_and_a_unit() -> None:
    assert logs.parse_age("10m") == timedelta(minutes=10)
    with pytest.raises(CleaveError, match="10m"):
        logs.parse_age("yesterday")


def test_the_engine_is_called_directly_though_a_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.delenv("no_proxy", raising=False)
    engine_session()
    assert (os.environ["NO_PROXY"], os.environ["no_proxy"]) == ("intranet.example,127.0.0.1", "127.0.0.1")
    assert get_environ_proxies("http://127.0.0.1:4566") == {}
    assert get_environ_proxies("http://pypi.example")["http"] == "http://192.0.2.1:3128"


NEEDED = {
    "credentials create": ["--role", "seller", "--seller", "20811"],
    "listen": ["--seller", "20811"],
    "mend": ["--from", "backup"],
    "deliveries replay": ["--since", "1"],
    "restore": ["--at", "2026-11-29T00:00:00Z"],
}
# `preflight` answers what it cannot know; `rehearse` asks for an account first.
OF_STACKS = [" ".join(name) for name, each in ALL.items() if any("--stack" in option.opts for option in each.params)]
OF_STACKS = [name for name in OF_STACKS if name not in {"preflight", "rehearse"}]


def told_of(name: str, *options: str, arguments: list[str] | None = None) -> Result:
    """With something in place of each argument."""
    arguments = arguments or ["1" for each in ALL[tuple(name.split())].params if each.param_type_name == "argument"]
    return run(*name.split(), *arguments, *NEEDED.get(name, []), *options)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither AWS nor a stack."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "CLEAVE_BASE_URL", "CLEAVE_STATE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("name", OF_STACKS)
def test_without_a_stack_a_command_ends_with_a_sentence(name: str, tmp_path: Path) -> None:
    local, on_aws = told_of(name, "--state", str(tmp_path)), told_of(name, "--stack", "none")
    for each, sentence in ((local, "Nothing is running here"), (on_aws, "You must specify a region")):
        assert (each.exit_code, each.stdout, type(each.exception)) == (1, "", SystemExit)
        assert sentence in each.stderr.replace("\n", " ")


# Those that read the file before they do anything else.
OF_THE_FILE = [*OF_STACKS, "env", "samples", "import"]


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("content", ["{", "[]", '{"base_url": "http://127.0.0.1:9"}', "\x00"], ids=repr)
def test_a_damaged_file_of_a_stack_is_named_in_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text(content)
    (tmp_path / "orders.json").write_text("[]")
    for name in OF_THE_FILE:
        more = [str(tmp_path / "orders.json")] if name == "import" else None
        ended = told_of(name, "--state", str(tmp_path), arguments=more)
        assert (ended.exit_code, ended.stdout, type(ended.exception)) == (1, "", SystemExit), name
        assert "Start the stack again." in ended.stderr.replace("\n", " "), name


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("name", OF_STACKS)
def test_where_aws_is_out_of_reach_a_command_ends_with_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_MAX_ATTEMPTS": "1"}
    for variable, value in {**given, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(variable, value)
    ended = told_of(name, "--stack", "none")
    assert (ended.exit_code, ended.stdout, type(ended.exception)) == (1, "", SystemExit)
    assert "Could not connect" in ended.stderr.replace("\n", " ")


@pytest.mark.parametrize("width", ["60", "100", None])
def test_in_a_pipe_no_id_is_cut(width: str | None) -> None:
    environment = {"PATH": "/usr/bin:/bin", **({} if width is None else {"COLUMNS": width})}
    said = subprocess.run(  # noqa: S603 - ours
        [str(TOOLS / "cleave"), "trigger", "--list"], env=environment, capture_output=True, text=True, check=True
    )
    words = set(said.stdout.split())
    assert words >= set(KINDS)
