"""docs/logs.md and docs/metrics.md say what the code does, and the code logs nothing that is in no catalogue."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from cleave.logs import Log
from cleave.metrics import Metric
from cleave_cli.catalogues import documents

from tests.support.template import ROOT

SOURCES = sorted([*(ROOT / "layers/cleave/cleave").rglob("*.py"), *(ROOT / "functions").glob("*/app.py")])
THE_LOGGERS_OWN = {"logs.py", "observability.py"}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_the_document_is_what_the_code_would_write(path: Path) -> None:
    assert path.read_text() == documents()[path], "run: python -m cleave_cli.catalogues"


def calls(name: str) -> Iterator[ast.Call]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def test_every_line_is_logged_with_exactly_the_fields_of_the_catalogue() -> None:
    noted = {}
    for call in calls("note"):
        (code,) = call.args
        assert isinstance(code, ast.Attribute)
        noted[Log[code.attr]] = {keyword.arg for keyword in call.keywords}
    assert noted == {line: set(line.fields) for line in Log}


def test_nobody_logs_past_the_catalogue() -> None:
    users = [path for path in SOURCES if path.name not in THE_LOGGERS_OWN and "logger" in path.read_text()]
    assert users == [], "log with cleave.logs.note, and a code of the catalogue"


def test_codes_and_metrics_are_each_listed_once() -> None:
    assert len({line.code for line in Log}) == len(Log)
    assert len({metric.key for metric in Metric}) == len(Metric)
