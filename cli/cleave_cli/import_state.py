"""An import's progress, kept on disk row by row, so that the import can continue after an interruption."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from cleave_cli.errors import CleaveError

_DIGEST_LENGTH = 32
_NOT_NOTED = "{}: {}. The last row is imported, but not noted: the same command will send it once more."


class ImportState:
    """The digests of the accepted rows. A line that a crash cut off is ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = set(self._read())
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._before = b"\n"  # ends a line that was cut off

    def _read(self) -> list[str]:
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="ascii", errors="replace").split("\n")
        return [line for line in lines if len(line) == _DIGEST_LENGTH]

    def __contains__(self, digest: str) -> bool:
        return digest in self._done

    def add(self, digest: str) -> None:
        """Record a row as accepted, so that even a killed import knows it. Raises CleaveError."""
        self._done.add(digest)
        left = self._before + f"{digest}\n".encode("ascii")
        self._before = b""
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise CleaveError(_NOT_NOTED.format(self.path, error.strerror)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.fsync(self._file.fileno())
        self._file.close()
