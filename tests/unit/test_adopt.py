"""A stack that adopts a table gets all that belongs to it, and no call goes to two tables meanwhile."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from cleave_cli import adopt as command
from cleave_cli.main import app
from cleave_cli.operate import Stack
from typer.testing import CliRunner

from tests.support.template import template

LABEL = "2026-11-29T10:00:00.000"


@dataclass
class Restored:
    """A table that lacks its stream."""

    client: object
    name: str

    def check_shape(self) -> None:
        """It is one of Cleave's."""

    def switch_on(self) -> Iterator[str]:
        yield "stream"

    def skip_numbers(self, before: str) -> int:
        assert before == "lost"
        return 7_000

    def stream_label(self) -> str:
        return LABEL


class Session:
    """Of no account."""

    def client(self, *_: object, **__: object) -> object:
        return object()


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, str]]]:
    """What stacks were told to change."""
    told: list[tuple[str, Mapping[str, str]]] = []

    def update(_session: object, _endpoint: object, stack: str, chosen: Mapping[str, str]) -> None:
        told.append((stack, chosen))

    found: Any = Session()
    monkeypatch.setattr(command, "find_stack", lambda *_: Stack(found, None, {"TableName": "lost"}))
    monkeypatch.setattr(command, "RestoredTable", Restored)
    monkeypatch.setattr(command, "_revoked_since", lambda *_: ["old-key"])
    monkeypatch.setattr(command, "update", update)
    return told


def adopt(*options: str) -> str:
    done = CliRunner().invoke(app, ["adopt", "restored", "--stack", "cleave", *options], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return " ".join(done.stdout.split())


def test_the_table_alone_is_made_ready_and_the_deployment_is_told(updated: list[object]) -> None:
    said = adopt()
    assert updated == []
    assert "switched on: stream" in said
    assert "from the 7,000th on" in said
    assert "Revoked since: old-key." in said
    assert f"AdoptedTable=restored AdoptedTableStream={LABEL}" in said


def test_the_stack_is_changed_at_once(updated: list[tuple[str, Mapping[str, str]]]) -> None:
    said = adopt("--deploy", "--secrets-key", "mrk-1")
    ((stack, chosen),) = updated
    assert stack == "cleave"
    assert chosen == {
        "AdoptedTable": "restored",
        "AdoptedTableStream": LABEL,
        "AdoptedSecretsKey": "mrk-1",
        "GradualDeployment": "false",
    }
    assert chosen.keys() <= template()["Parameters"].keys()
    assert "GradualDeployment" not in said.partition("Deploy with these")[2]


@pytest.mark.usefixtures("updated")
def test_programs_get_it_as_a_document() -> None:
    parameters = {"AdoptedTable": "restored", "AdoptedTableStream": LABEL}
    assert json.loads(adopt("--json")) == {
        "switchedOn": ["stream"],
        "numbersFrom": 7000,
        "revokedSince": ["old-key"],
        "parameters": parameters,
    }
