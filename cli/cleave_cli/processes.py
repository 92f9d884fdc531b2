"""Starting other programs so that they end with this one."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cleave_cli import keeper, paths

KEEPER = Path(keeper.__file__)
STOP_SECONDS = 30.0  # on a machine with much else to do


class KeptProcess:
    """A command under a keeper; see `keeper.py`. Closing the pipe to the keeper ends all of it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        remove: Sequence[Path] = (),
        folder: Path = paths.ROOT,
    ) -> None:
        removals = [option for path in remove for option in ("--remove", str(path))]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, str(KEEPER), *removals, "--", *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for us to answer, not for each child
            )

    def poll(self) -> int | None:
        """Return the exit status once it has ended."""
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status."""
        return self._process.wait(timeout)

    def stop(self) -> None:
        """End it and everything that it started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(STOP_SECONDS)


def run_to_end(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> int:
    """Run a command to its end, its output in the log; an interruption ends the command too."""
    process = KeptProcess(command, environment=environment, log=log)
    try:
        return process.wait()
    finally:
        process.stop()


def last_lines(log: Path, count: int = 25) -> str:
    """Return the end of a log, for the message about a failure."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-count:])
