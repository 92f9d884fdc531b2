"""``make mutants``: puts one fault after the other into a copy of the sources and runs the test that must see it.

``python -m tests.proofs.mutants WORDS`` tries those alone in whose name or file the words are.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

from cleave_cli.console import console
from cleave_cli.paths import ROOT
from rich.markup import escape
from rich.progress import track

from tests.proofs.fault import Fault
from tests.proofs.faults import FAULTS

COPIED = ("cli", "docs", "events", "functions", "layers", "tests", "pyproject.toml", "template.yaml")
TESTS_FAILED = 1  # pytest's exit status; the others say that no test was run


def copy_sources(to: Path) -> None:
    """What tests need, and links to the environments."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)
    for environment in ROOT.glob(".venv*"):
        (to / environment.name).symlink_to(environment.resolve())


def run_tests(copy: Path, tests: Sequence[str]) -> CompletedProcess[str]:
    """Pytest's exit status, and what it said."""
    path = os.pathsep.join(str(copy / each) for each in ("layers/cleave", "cli", "."))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--show-capture=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - pytest


def is_seen(copy: Path, fault: Fault) -> bool:
    """Whether the named test fails with the fault in place."""
    file = copy / "layers/cleave/cleave" / fault.file
    right = file.read_text()
    file.write_text(right.replace(fault.right, fault.wrong))
    try:
        return run_tests(copy, [fault.test]).returncode == TESTS_FAILED
    finally:
        file.write_text(right)


def main(words: str = "") -> int:
    """The exit status: 0 if every fault is seen."""
    faults = [fault for fault in FAULTS if words in f"{fault.what} {fault.file}"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        copy_sources(copy)
        without = run_tests(copy, ["-n", "2", *sorted({fault.test for fault in faults})])
        if without.returncode:
            console.print("[red]The tests fail without any fault.[/]")
            console.print(without.stdout[-3000:], markup=False)
            return 1
        unseen = [fault for fault in track(faults, "Faults", console=console) if not is_seen(copy, fault)]
    for fault in unseen:
        console.print(f"[red]Nobody saw:[/] {fault.what} ({escape(fault.test)})", soft_wrap=True)
    console.print(f"{len(faults) - len(unseen)} of {len(faults)} faults were seen.")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
