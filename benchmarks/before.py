"""The commit that later figures are compared with, run from its own files in the environments of today.

    git archive f3e4186                          its files
    PYTHONPATH=…/cli:…/layers/cleave:… python -c 'from cleave_cli.main import app; app(["up"])'
    PYTHONPATH=… python before_counts.py         its counts, with one webhook that is registered once

Where its files are not there (a copy without history), what it was when it was last measured stands in
``baselines/f3e4186.json``.
"""

import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path

from cleave_cli.paths import ROOT
from cleave_cli.processes import KeptProcess, last_lines

from benchmarks.builds import BASELINES, FOLDER
from benchmarks.meter import Bill, Call
from benchmarks.scale import say

COMMIT = "f3e4186"
_RECORDED = BASELINES / f"{COMMIT}.json"
_ENVIRONMENTS = (".venv", ".venv-sam", ".venv-engine", ".venv-lambda", ".venv-ric")
_UP = "from cleave_cli.main import app; app(['up'])"
_START_SECONDS = 300.0

type Steps = Mapping[str, Mapping[str, float]]
"""Of one cancellation told to one webhook: ``accept``, ``split``, ``fan_out``, ``deliver``; each with ``writes``,
``reads``, ``messages``, ``trips`` and seconds of ``cpu``."""


@cache
def checkout() -> Path | None:
    """Its files; None where git does not have them."""
    folder = FOLDER / COMMIT
    if not folder.is_dir():
        command = ["git", "-C", str(ROOT), "archive", COMMIT]
        archive = subprocess.run(command, capture_output=True, check=False)
        if archive.returncode != 0:
            say(f"{COMMIT} is not in this copy's history")
            return None
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
    for name in _ENVIRONMENTS:
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    return folder


@cache
def bills_before() -> Mapping[str, Bill]:
    """Its steps, once more as bills."""
    return {name: _bill(step) for name, step in steps_before().items()}


def _bill(step: Mapping[str, float]) -> Bill:
    first = Call("all", reads={"all": step["reads"]}, writes={"all": step["writes"]})
    calls = [first, *(Call("more") for _ in range(int(step["trips"]) - 1))]
    return Bill(calls, int(step["messages"]), step["cpu"])


def steps_before() -> Steps:
    """Measured now, or as it was recorded."""
    folder = checkout()
    if folder is None:
        recorded: Steps = json.loads(_RECORDED.read_text())
        return recorded
    command = [sys.executable, str(BASELINES / "before_counts.py")]
    done = subprocess.run(command, env=_environment(folder), cwd=folder, capture_output=True, text=True, check=True)
    measured: Steps = json.loads(done.stdout.splitlines()[-1])
    return measured


@contextmanager
def service_before() -> Iterator[Path]:
    """Run it for as long as the block runs; answers where it has written its address and credentials."""
    folder = checkout()
    if folder is None:
        raise FileNotFoundError(COMMIT)
    log, local = FOLDER / f"{COMMIT}.log", folder / ".cleave/local.json"
    local.unlink(missing_ok=True)
    command = [str(folder / ".venv/bin/python"), "-c", _UP]
    process = KeptProcess(command, environment=_environment(folder), log=log, folder=folder)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not local.is_file():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{COMMIT} did not start:\n{last_lines(log)}")
            time.sleep(0.2)
        yield local
    finally:
        process.stop()


def _environment(folder: Path) -> dict[str, str]:
    path = [folder, folder / "cli", folder / "layers/cleave"]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "CLEAVE_"))}
    return {**own, "PYTHONPATH": os.pathsep.join(map(str, path))}
