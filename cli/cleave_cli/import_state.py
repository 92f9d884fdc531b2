"""An import's progress, kept on disk row by row, so that the import can continue after an interruption."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

_DIGEST_LENGTH = 32


class ImportState:
    """The digests of the accepted rows. A line that a crash cut off is ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = set(self._read())
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="ascii")
        self._file.write("\n")  # ends a line that was cut off

    def _read(self) -> list[str]:
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="ascii", errors="replace").split("\n")
        return [line for line in lines if len(line) == _DIGEST_LENGTH]

    def __contains__(self, digest: str) -> bool:
        return digest in self._done

    def add(self, digest: str) -> None:
        """Record a row as accepted, so that even a killed import knows it."""
        self._done.add(digest)
        self._file.write(f"{digest}\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
