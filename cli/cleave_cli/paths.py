"""Where everything lies: the repository, its environments, and the folder that a running stack uses."""

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOOLS = ROOT / ".venv" / "bin"
SAM = ROOT / ".venv-sam" / "bin" / "sam"
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
LAMBDA_PYTHON = ROOT / ".venv-lambda" / "bin" / "python"

SAM_BUILD = ROOT / ".aws-sam" / "build"
EVENTS = ROOT / "events" / "orders"

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - our files there are new, and only we can read them
IN_MEMORY_BYTES = 8 * 2**30


@dataclass(frozen=True)
class StateDir:
    """The files of one running stack. Tests use their own folder beside a running `make up`."""

    path: Path = field(default=ROOT / ".cleave")

    @property
    def lock(self) -> Path:
        """Held for as long as a stack runs in this folder."""
        return self.path / "lock"

    @property
    def engine_log(self) -> Path:
        """The engine's output: requests, and the functions that queue and stream call."""
        return self.path / "engine.log"

    @property
    def function_log(self) -> Path:
        """The functions' logs, kept if the demo fails."""
        return self.path / "functions.log"

    @property
    def tool_log(self) -> Path:
        """The output of the last `sam build` and `sam deploy`."""
        return self.path / "sam.log"

    @property
    def engine_files(self) -> Path:
        """The engine's TMPDIR and HOME: unpacked functions, its own state; gone when it stops.

        Each running function is 1,600 files of its own. In memory, where there is room for them, they are
        written and removed several times faster.
        """
        if not _holds(IN_MEMORY, IN_MEMORY_BYTES):
            return self.path / "engine"
        return IN_MEMORY / f"cleave-{hashlib.sha256(bytes(self.path.resolve())).hexdigest()[:16]}"

    @property
    def local_json(self) -> Path:
        """Base URL and credentials of the running stack, for programs that call it."""
        return self.path / "local.json"


def _holds(folder: Path, size: int) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).total >= size
