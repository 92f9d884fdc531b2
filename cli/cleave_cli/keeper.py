"""Runs one command and sees to it that nothing of it outlives the program that asked for it.

A script of its own, standard library only, so that it works on any of our environments:

    python keeper.py [--remove PATH]... -- COMMAND...

The command gets a process group of its own, which holds whatever it starts. When it ends, or when our
standard input closes, the whole group is killed and the paths are removed. Standard input is a pipe from the
program that started us; the kernel closes it however that program ends, kill -9 included.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path


def main() -> int:
    """Run the command, and exit with its status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--remove", action="append", default=[], type=Path)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    for unheeded in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only the pipe decides: a keeper that dies first keeps nothing. Handled, not ignored, because the
        # command would inherit that a signal is ignored.
        signal.signal(unheeded, lambda *_: None)
    return keep(arguments.command, arguments.remove)


def keep(command: Sequence[str], leftovers: Sequence[Path]) -> int:
    """Wait for the command, then clear up after it."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    threading.Thread(target=_kill_when_abandoned, args=[process.pid], daemon=True).start()
    status = process.wait()
    _kill_group(process.pid)
    for leftover in leftovers:
        _remove(leftover)
    return status


def _kill_when_abandoned(group: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    _kill_group(group)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # nothing of it is left
        os.killpg(group, signal.SIGKILL)


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    shutil.rmtree(path, ignore_errors=True)  # a process that is just being killed may still write into it,
    shutil.rmtree(path, ignore_errors=True)  # so what is left after the first time goes now


if __name__ == "__main__":
    sys.exit(main())
