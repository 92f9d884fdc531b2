"""`cleave import`: load orders of either dialect from a file, over HTTP."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from cleave_cli.console import console, progress, show
from cleave_cli.errors import CleaveError
from cleave_cli.import_rows import Row, read_rows
from cleave_cli.import_state import ImportState
from cleave_cli.import_target import Sender, Target, read_target
from cleave_cli.options import FOLDER, JsonOption, StateOption
from cleave_cli.paths import StateDir


class RowsRefusedError(CleaveError):
    """Some rows of the file are not in the service."""

    title = "Not all imported"


@dataclass
class Tally:
    """The results of a file's rows; each of the ``refused`` ones with its place and the reason."""

    imported: int = 0
    skipped: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


def import_orders(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON, or JSON lines, of either dialect.")],
    base_url: Annotated[str | None, typer.Option(help="The API's base URL; else the running local stack.")] = None,
    state: StateOption = FOLDER,
    again: Annotated[bool, typer.Option("--again", help="Send the rows that were accepted before, too.")] = False,  # noqa: FBT002 - Typer's way to say a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Load packages and orders from a file; after an interruption the same command continues."""
    target = read_target(StateDir(state).local_json, base_url)
    progress_file = _progress_file(state, file, target)
    if again:
        progress_file.unlink(missing_ok=True)
    tally = Tally()
    try:
        with ImportState(progress_file) as done:
            for row, refusal in import_file(file, Sender(target), done, tally):
                if not as_json:
                    console.print(f"{row.place}: {refusal}", markup=False, soft_wrap=True)
    finally:
        words = f"{tally.imported} imported, {tally.skipped} skipped, {len(tally.refused)} refused"
        show(asdict(tally), words, as_json=as_json)
    if tally.refused:
        raise RowsRefusedError(f"{len(tally.refused)} of the rows in {file} were refused; the others are in.")


def import_file(file: Path, sender: Sender, done: ImportState, tally: Tally) -> Iterator[tuple[Row, str]]:
    """Send every row that is not done, one after the other, and count it. Yields each refusal as it comes."""
    for row in _with_progress(file):
        digest = row.digest(sender.target.name)
        if digest in done:
            tally.skipped += 1
            continue
        refusal = sender.send(row)
        if refusal is None:
            done.add(digest)
            tally.imported += 1
        else:
            tally.refused.append({"row": row.place, "reason": refusal})
            yield row, refusal


def _with_progress(file: Path) -> Iterator[Row]:
    """The rows, under a bar; they are counted first, which is quick beside sending them."""
    total = sum(1 for _ in read_rows(file))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress(*columns) as shown:
        task = shown.add_task(file.name, total=total)
        for row in read_rows(file):
            yield row
            shown.advance(task)


def _progress_file(state: Path, file: Path, target: Target) -> Path:
    name = hashlib.sha256(f"{file.resolve()}\n{target.name}".encode()).hexdigest()[:16]
    return state / "imports" / f"{file.stem}-{name}"
