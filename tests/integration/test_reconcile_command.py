"""`cleave reconcile`: says what the function did, and that it failed where it did."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from cleave_cli import reconcile as command
from cleave_cli.main import app
from typer.testing import CliRunner

DONE = {"done": 2, "failed": 0, "woken": 1}


def answered(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> tuple[int, str]:
    """Its status and words, where the function answers so."""
    asked: list[str] = []

    def invoke(**request: str) -> dict[str, Any]:
        asked.append(request["FunctionName"])
        return {**answer, "Payload": io.BytesIO(json.dumps(answer["Payload"]).encode())}

    session = SimpleNamespace(client=lambda *_, **__: SimpleNamespace(invoke=invoke))
    stack = SimpleNamespace(session=session, endpoint=None, outputs={"ReconcileFunctionName": "function:live"})
    monkeypatch.setattr(command, "find_stack", lambda *_: stack)
    done = CliRunner().invoke(app, ["reconcile", "--stack", "cleave"], env={"COLUMNS": "200"})
    assert asked == ["function:live"]
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ({"Payload": DONE}, 0, "2 done, 0 failed, 1 tracks and receivers looked at."),
        ({"Payload": DONE | {"failed": 1}}, 1, "What failed stays due."),
        ({"FunctionError": "Unhandled", "Payload": {"errorType": "Sandbox.Timedout"}}, 1, "failed: Sandbox.Timedout."),
        ({"FunctionError": "Unhandled", "Payload": {}}, 1, "failed: no reason given."),
    ],
    ids=["done", "some failed", "timed out", "without a word"],
)
def test_what_the_function_did_is_said(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], status: int, says: str
) -> None:
    ended, said = answered(monkeypatch, answer)
    assert (ended, says in said) == (status, True), said
