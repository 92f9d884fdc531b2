"""A record of each listener, kept while it runs and after a crash, so that its webhook is deleted in any case.

A record is written before the webhook is made, and names it by a token in its URL; its lock is free once its process is
gone, however it ended.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from cleave_cli.paths import StateDir


@dataclass(frozen=True)
class Record:
    """``seller`` None: the channel's. ``token`` is the last part of the URL of the listener's webhook, and ``secret``
    the webhook's signing secret, once they are known."""

    base_url: str
    seller: int | None
    token: str
    forward_to: str | None
    webhook: str | None = None
    secret: str | None = None


class OpenRecord:
    """The record of this process."""

    def __init__(self, file: IO[str], record: Record) -> None:
        self._file = file
        self.record = record
        self.is_over = False  # True once its webhook is gone

    def note(self, webhook: str, secret: str | None) -> None:
        """The webhook is made."""
        self.record = replace(self.record, webhook=webhook, secret=secret)
        self.write()

    def write(self) -> None:
        """From the first byte on, readable by this user only."""
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(self.record), self._file)
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def open_record(state: StateDir, base_url: str, seller: int | None, forward_to: str | None) -> Iterator[OpenRecord]:
    """Keep a record for as long as the block runs, and afterwards if ``is_over`` was not set."""
    record = Record(base_url, seller, secrets.token_hex(8), forward_to)
    folder = _folder(state)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record.token}.json"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        opened = OpenRecord(file, record)
        opened.write()
        try:
            yield opened
        finally:
            if opened.is_over:
                path.unlink(missing_ok=True)


def live_records(state: StateDir) -> list[Record]:
    """Of the listeners that run, the latest first."""
    found = [(path.stat().st_mtime, _read(path)) for path in _paths(state) if _is_held(path)]
    return [record for _, record in sorted(found, key=lambda each: each[0], reverse=True) if record]


def left_over(state: StateDir) -> list[Record]:
    """Of listeners that ended without deleting their webhook."""
    return [record for path in _paths(state) if not _is_held(path) and (record := _read(path))]


def forget(state: StateDir, record: Record) -> None:
    """Its webhook is gone."""
    (_folder(state) / f"{record.token}.json").unlink(missing_ok=True)


def _folder(state: StateDir) -> Path:
    return state.path / "listening"


def _paths(state: StateDir) -> list[Path]:
    return sorted(_folder(state).glob("*.json"))


def _read(path: Path) -> Record | None:
    """None while it is being written."""
    with suppress(OSError, json.JSONDecodeError, TypeError):
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    return None


def _is_held(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
