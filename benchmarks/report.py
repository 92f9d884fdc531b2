"""Sections of RESULTS.md. Each benchmark writes its own, so that one can be run again alone."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """\
# Results

`make bench` writes this file ([how, and what it means](../docs/performance.md)); each benchmark writes its own section.
The times are from the machine that the section names, and it may have been busy. Baselines and Cleave ran in turns, so
compare the ratios. Counts of requests and capacity units do not depend on the machine.
"""
_SECTION = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->\n", re.DOTALL)
_VERDICTS = ("| met |", "| **missed** |")
BUDGET_COLUMNS = ("what", "measured", "baseline", "ratio", "budget", "")


@dataclass(frozen=True, slots=True)
class Budget:
    """``ratio`` is compared with ``at_most``, or ``at_least`` if that is given."""

    what: str
    measured: str
    baseline: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool:
        if self.at_least is not None:
            return self.ratio >= self.at_least
        return self.at_most is not None and self.ratio <= self.at_most

    @property
    def row(self) -> tuple[str, ...]:
        """For a table of BUDGET_COLUMNS."""
        budget = f"≥ {self.at_least}" if self.at_least is not None else f"≤ {self.at_most}"
        return (
            self.what,
            self.measured,
            self.baseline,
            f"{self.ratio:.2f}",
            budget,
            "met" if self.met else "**missed**",
        )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """In Markdown; what looks like a number stands right."""
    cells = [[str(cell) for cell in row] for row in rows]
    ruler = ["---:" if cells and _is_number(cells[0][place]) else "---" for place in range(len(columns))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(columns), ruler, *cells]) + "\n"


def budgets(rows: Iterable[Budget]) -> str:
    """The table of budgets."""
    return table(BUDGET_COLUMNS, [budget.row for budget in rows])


def write_section(file: Path, name: str, title: str, body: str) -> None:
    """Put the section into the file, in place of the one of the same name."""
    sections = _sections(file)
    sections[name] = f"<!-- begin {name} -->\n## {title}\n\n{_machine()}\n\n{body.strip()}\n<!-- end {name} -->\n"
    ordered = [sections[each] for each in ORDER if each in sections]
    file.write_text("\n".join([_HEAD, _summary(ordered), *ordered]))


ORDER = ("counts", "cost", "flow", "peer", "cold", "warm", "memory", "history", "growth", "capacity", "destinations")


def _sections(file: Path) -> dict[str, str]:
    text = file.read_text() if file.is_file() else ""
    return {found[1]: found[0] for found in _SECTION.finditer(text)}


def _summary(sections: Iterable[str]) -> str:
    lines = [line for section in sections for line in section.splitlines() if line.endswith(_VERDICTS)]
    head = table(BUDGET_COLUMNS, []).splitlines()
    return "## Budgets\n\n" + "\n".join([*head, *lines]) + "\n"


def _machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("boto3", "aws-lambda-powertools", "pydantic"))
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    software = f"Python {platform.python_version()}, {versions}"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {platform.machine()}, {load} · {software}"


def _is_number(cell: str) -> bool:
    return bool(cell) and cell[0].isdigit()
