"""``python -m tests.machines [MACHINE …]``: make clean machines, run a newcomer's commands there, and tell the results.

As root, with debootstrap. ``--test`` runs ``make test`` too, ``--tests ARGS`` a part of it, and ``--write`` puts the
results into docs/machines.md.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from tests.machines.machines import MACHINES, Machine
from tests.machines.proxy import running_proxy
from tests.machines.roots import fresh_root, run_in
from tests.machines.table import PAGE, Outcome, render, with_outcomes

ROOT = Path(__file__).resolve().parents[2]
SHORT = ".venv/bin/pytest -q tests/unit/test_split.py tests/integration/test_cancel_page.py tests/proofs/test_races.py"


def main() -> int:
    """Status 1 if a machine did something else than is expected of it."""
    asked = _arguments()
    asked.logs.mkdir(parents=True, exist_ok=True)
    asked.roots.mkdir(parents=True, exist_ok=True)
    done = []
    for machine in MACHINES:
        if asked.machines and machine.name not in asked.machines:
            continue
        for outcome in outcomes_of(machine, commands_for(machine, asked), asked):
            done.append(outcome)
            if asked.write:
                PAGE.write_text(with_outcomes(PAGE.read_text(encoding="utf-8"), done), encoding="utf-8")
    sys.stdout.write(render(done))
    return int(any(outcome.result.startswith("FAILED") for outcome in done))


def commands_for(machine: Machine, asked: argparse.Namespace) -> list[str]:
    """What its person types. Where something has to be installed first, both commands say so within seconds."""
    if machine.told is not None:
        return ["make demo", "make test"]
    parts = [f"make test ARGS='{arguments}'" for arguments in asked.tests]
    return ["make demo", *([SHORT] if asked.short else []), *parts, *(["make test"] if asked.test else [])]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machines", nargs="*", help=", ".join(machine.name for machine in MACHINES))
    parser.add_argument("--test", action="store_true", help="run make test too")
    parser.add_argument("--tests", metavar="ARGS", action="append", default=[], help="run make test ARGS=… too")
    parser.add_argument("--short", action="store_true", help="run a few tests of each kind too")
    parser.add_argument("--write", action="store_true", help="put the results into docs/machines.md")
    parser.add_argument("--roots", type=Path, default=Path(tempfile.gettempdir()) / "cleave-machines")
    parser.add_argument("--logs", type=Path, default=ROOT / ".cleave/machines")
    parser.add_argument("--python", type=Path, help="prefix of a Python 3.13, for the machines with pyenv's or uv's")
    return parser.parse_args()


def outcomes_of(machine: Machine, commands: list[str], asked: argparse.Namespace) -> Iterator[Outcome]:
    """One for each command; none where already the first one failed."""
    lent = {"uv": ROOT / ".venv-uv/bin/uv", "python": asked.python or python_prefix()}
    proxy = running_proxy() if machine.behind_a_proxy else nullcontext()
    with fresh_root(machine, asked.roots, lent, ROOT) as root, proxy as address:
        for command in commands:
            started = time.monotonic()
            log = asked.logs / f"{machine.name}-{log_name(command)}.log"
            status = run_in(root, machine, command, log, address)
            result = told(machine, status, log.read_text(encoding="utf-8", errors="replace"))
            seconds = round(time.monotonic() - started)
            sys.stderr.write(f"{machine.name}: {command}: {result} ({seconds} s)\n")
            yield Outcome(machine.name, command, result, seconds, datetime.now(UTC).date().isoformat())
            if result.startswith("FAILED") and command == commands[0]:
                return


def told(machine: Machine, status: int, output: str) -> str:
    """Works, or the line that says what to install; all else has failed."""
    if machine.told is None:
        return works(output) if status == 0 else f"FAILED with {status}"
    lines = [line for line in output.splitlines() if line.startswith(machine.told)]
    return f"says: “{lines[0]}”" if status != 0 and len(lines) == 1 else "FAILED to say what to install"


def works(output: str) -> str:
    """With pytest's own counts, since a machine that lacks a browser skips what needs one."""
    counts = re.findall(r"^=* ?(\d+ passed.*?) in [\d.]+s", output, re.MULTILINE)
    return f"works: {'; '.join(counts)}" if counts else "works"


def log_name(command: str) -> str:
    """A file's name for the output of a command."""
    return re.sub(r"[^\w.]+", "-", command.removeprefix("make ")).strip("-")[:60]


def python_prefix() -> Path:
    """Of the Python that made this environment, which stands for one that pyenv built or uv fetched."""
    return Path(os.path.realpath(shutil.which("python3.13", path=str(ROOT / ".venv/bin")) or sys.executable)).parents[1]


if __name__ == "__main__":
    sys.exit(main())
