"""Looking at the processes that a program under test has started, through Linux's /proc."""

import time
from collections.abc import Callable
from pathlib import Path


def processes_mentioning(text: str) -> dict[int, str]:
    """Return the running processes with `text` in their command line, by their ids."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        command = _command_line(entry)
        if text in command:
            found[int(entry.name)] = command
    return found


def descendants(pid: int) -> dict[int, str]:
    """Return everything that a process has started, and what that has started, with its command line."""
    found = {}
    for child in _children(pid):
        found[child] = _command_line(Path(f"/proc/{child}"))
        found |= descendants(child)
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and only waits to be collected does not."""
    return bool(_command_line(Path(f"/proc/{pid}")))


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in task.joinpath("children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # it ended meanwhile


def _command_line(entry: Path) -> str:
    try:
        return entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""  # it ended between the listing and the reading


def listening_addresses(pids: set[int]) -> set[str]:
    """Return the addresses, in /proc/net/tcp's notation, on which any of these processes listens for TCP."""
    inodes = {inode for pid in pids for inode in _socket_inodes(pid)}
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}


def _socket_inodes(pid: int) -> list[str]:
    links = [_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return [link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")]


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""  # the file was closed between the listing and the reading


def eventually(holds: Callable[[], bool], *, within: float = 60.0, every: float = 0.05) -> bool:
    """Tell whether something comes true in time."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
