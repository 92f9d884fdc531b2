"""docs/machines.md: the table of results, written by a run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.machines.machines import MACHINES

PAGE = Path(__file__).resolve().parents[2] / "docs/machines.md"
BEGIN, END = "<!-- written by make machines -->", "<!-- end -->"
_ROW = re.compile(
    r"^\| `(?P<machine>[^`]+)` \| .* \| `(?P<command>[^`]+)` \| (?P<result>.*)"
    r" \| (?P<seconds>\d+) s \| (?P<day>[-\d]+) \|$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Outcome:
    """What a command did on a machine."""

    machine: str
    command: str
    result: str
    seconds: int
    day: str


def outcomes(page: str) -> list[Outcome]:
    """Those that the page shows."""
    return [
        Outcome(row["machine"], row["command"], row["result"], int(row["seconds"]), row["day"])
        for row in _ROW.finditer(page)
    ]


def with_outcomes(page: str, new: Sequence[Outcome]) -> str:
    """The page with these, and the ones of before that these do not replace."""
    known = {(each.machine, each.command): each for each in [*outcomes(page), *new]}
    order = [machine.name for machine in MACHINES]
    rows = sorted(
        (each for each in known.values() if each.machine in order), key=lambda each: order.index(each.machine)
    )
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{render(rows)}{END}{rest.split(END)[1]}"


def render(rows: Sequence[Outcome]) -> str:
    has = {machine.name: machine.has for machine in MACHINES}
    head = "| machine | | command | result | time | day |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.machine}` | {has[row.machine]} | `{row.command}` | {row.result} | {row.seconds} s | {row.day} |\n"
        for row in rows
    )
