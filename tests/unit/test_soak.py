"""`make soak` shows how far it is and what it found, and not what thousands of requests log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import typer
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.observability import logger
from cleave_cli.paths import ROOT
from cleave_cli.quiet import quiet

from tests.proofs import soak


def test_its_output_is_a_summary_without_lines_of_functions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def engine(_: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(endpoint="http://127.0.0.1:9")

    def step(run: soak.Soak) -> Iterator[object]:
        note(Log.BUS_REFUSED, why="throttled", records=1)
        count(Metric.SUBSCRIPTION_TURNED_PASSIVE, reason="gone")
        run.kills = 7
        yield lambda: None

    monkeypatch.setattr(soak, "running_engine", engine)
    for part in ("kill", "race", "model"):
        monkeypatch.setattr(soak.Soak, part, _named(part, step))
    with pytest.raises(typer.Exit) as ended:
        soak.main(minutes=0.001)
    said = capsys.readouterr()
    assert ended.value.exit_code == 0
    assert "{" not in said.out + said.err
    assert "kills, lost answers, repeats" in said.out
    assert "kill: 0 kills" in said.err.replace("\n", " ")
    assert "race: 7 kills" in said.err.replace("\n", " ")


def _named(name: str, step: object) -> object:
    def part(run: soak.Soak) -> object:
        return step(run)  # type: ignore[operator]

    part.__name__ = name
    return part


def test_what_is_logged_otherwise_is_logged_again_afterwards() -> None:
    before = logger.log_level
    with quiet():
        assert logger.log_level == logging.CRITICAL
    assert logger.log_level == before


def test_long_tests_say_their_names_as_they_run() -> None:
    (command,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "pytest" in line and "soak" in line]
    assert "-q" not in command.split()
