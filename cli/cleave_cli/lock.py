"""One stack per folder: a lock that names its holder and that a crash cannot leave behind."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cleave_cli.errors import AlreadyRunningError


class RunLock:
    """A held lock. A process that fails to get it learns this process and this address."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def announce(self, url: str | None) -> None:
        """Write the holder of the lock and, once it is known, its address."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._file)
        self._file.flush()


@contextmanager
def run_lock(path: Path) -> Iterator[RunLock]:
    """Hold the folder's lock.

    The kernel drops an flock when its holder dies, however it dies, so what a crash leaves in the file means
    nothing: a lock that can be taken is free.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_holder(file)) from None
        lock = RunLock(file)
        lock.announce(None)
        try:
            yield lock
        finally:
            file.truncate(0)


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = dict.fromkeys(("pid", "url")) | json.load(file)
    except (ValueError, TypeError, RecursionError):  # between its taking the lock and its writing into it
        return "Cleave is already starting in this folder."
    where = f"at {holder['url']}" if holder["url"] else "and still starting"
    return f"Cleave is already running in this folder: process {holder['pid']}, {where}. Stop that one first."


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Wait for the lock: for steps that two runs share, such as the build folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
