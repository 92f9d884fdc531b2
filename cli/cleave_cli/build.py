"""`sam build`, done only when something that goes into it has changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cleave_cli import environment, paths
from cleave_cli.errors import ToolError
from cleave_cli.processes import last_lines, run_to_end

INPUTS = ("template.yaml", "samconfig.toml", "functions", "layers", "requirements/sam.txt", "docs/runbooks")
STAMP = paths.SAM_BUILD / "cleave-inputs.sha256"  # `sam build` empties this folder, so a failed one leaves none


def is_built() -> bool:
    """Whether the last build was made from the current sources."""
    return STAMP.is_file() and STAMP.read_text() == inputs_digest()


def build(log: Path) -> None:
    """Build the functions and layers; the output goes to the log."""
    digest = inputs_digest()
    command = [str(paths.SAM), "build", "--config-env", "local"]
    if run_to_end(command, environment=environment.for_sam(endpoint=None), log=log) != 0:
        raise ToolError(f"sam build failed. The end of {log}:\n{last_lines(log)}")
    STAMP.write_text(digest)


def inputs_digest() -> str:
    """Hash all inputs of a build, names and contents."""
    digest = hashlib.sha256()
    for path in _input_files():
        digest.update(str(path.relative_to(paths.ROOT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _input_files() -> Iterator[Path]:
    for name in INPUTS:
        path = paths.ROOT / name
        if path.is_file():
            yield path
        yield from sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")
