"""The benchmarks that need the built functions run at all; tests/integration has the others."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from cleave_cli.stack import LocalStack

from benchmarks import report
from benchmarks.scale import Scale


@pytest.mark.parametrize("name", ["counts", "cold", "warm", "memory"])
def test_a_benchmark_writes_its_section_of_the_results(stack: LocalStack, name: str, tmp_path: Path) -> None:
    del stack  # so that the functions are built
    module: Any = importlib.import_module(f"benchmarks.{name}")
    results = tmp_path / "RESULTS.md"
    report.write_section(results, name, module.TITLE, module.run(Scale(quick=True)))
    assert f"## {module.TITLE}" in results.read_text()
