"""The benchmarks run at all, as small as they can be; `make bench` is the real thing."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.scale import Scale

# The others need `sam build`.
WITHOUT_BUILD = ("growth", "cost", "history", "capacity", "destinations")


@pytest.mark.parametrize("name", WITHOUT_BUILD)
def test_a_benchmark_writes_its_section_of_the_results(name: str, tmp_path: Path) -> None:
    module: Any = importlib.import_module(f"benchmarks.{name}")
    results = tmp_path / "RESULTS.md"
    report.write_section(results, name, module.TITLE, module.run(Scale(quick=True)))
    assert f"## {module.TITLE}" in results.read_text()


def test_a_section_takes_the_place_of_its_older_self_and_budgets_are_gathered(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    missed = report.Budget("warm", "3", "2", ratio=1.5, at_most=1)
    for body in ("older", report.budgets([missed])):
        report.write_section(results, "warm", "Warm", body)
    report.write_section(results, "counts", "Counts", "one")
    text = results.read_text()
    assert "older" not in text
    assert text.index("## Counts") < text.index("## Warm")
    assert text.count(" ".join(f"| {cell}" for cell in missed.row) + " |") == 2  # in its section and at the top


@pytest.mark.parametrize(("ratio", "met"), [(1.0, True), (1.01, False)])
def test_a_budget_is_met_up_to_its_limit(ratio: float, met: bool) -> None:  # noqa: FBT001 - a parameter
    assert report.Budget("what", "", "", ratio, at_most=1).met is met
    assert report.Budget("what", "", "", ratio, at_least=1.01).met is not met
