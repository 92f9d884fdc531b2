"""The terminal: results on standard output, everything else on standard error."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

PLAIN_WIDTH = 500  # in a pipe or a file nobody narrows the window, and nothing that is shown is as wide
_WIDEST = 100_000


def _console(*, stderr: bool) -> Console:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    no_color = bool(os.environ.get("NO_COLOR"))  # and none of what else a terminal does to letters
    width = None if is_terminal else _wanted_width()
    return Console(
        stderr=stderr, highlight=False, soft_wrap=False, width=width, color_system=None if no_color else "auto"
    )


def _wanted_width() -> int:
    """The width that Rich reads for a terminal; a value that is not a number of columns is ignored."""
    wanted = os.environ.get("COLUMNS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else PLAIN_WIDTH


console = _console(stderr=False)
notes = _console(stderr=True)


class Grid(Table):
    """A table, if there is room for its columns. Otherwise each row is a block of lines, one for each cell, because an
    id that is broken in the middle cannot be read or copied."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Rich's protocol."""
        wanted = self.__rich_measure__(console, options.update_width(_WIDEST)).maximum
        return super().__rich_console__(console, options) if wanted <= options.max_width else self._blocks()

    def _blocks(self) -> Iterator[Text]:
        if self.title:
            yield Text(str(self.title), style="italic")
        columns = [(str(each.header), list(each.cells)) for each in self.columns]
        for number, row in enumerate(self.rows):
            for header, cells in columns:
                cell = cells[number]
                words = cell if isinstance(cell, Text) else Text(str(cell))
                if words:
                    name = Text(f"{header}: " if header else "", style="dim")
                    yield Text.assemble(name, words, style=row.style or "", overflow="fold")
            yield Text()


def grid(*headers: str, title: str | None = None) -> Grid:
    """A table that cuts nothing."""
    return Grid(*(Column(header, overflow="fold") for header in headers), title=title, title_justify="left")


def show(document: object, *words: RenderableType, as_json: bool) -> None:
    """Print a command's result: for programs a document; otherwise tables, and texts as they are."""
    if as_json:
        console.print_json(data=document)
        return
    for each in words:
        console.print(each, markup=False, soft_wrap=isinstance(each, str))


@contextmanager
def showing_each(*, as_json: bool) -> Iterator[Callable[[object, str], None]]:
    """The same for results that come one by one. Programs get them as one list, even if the work ended early."""
    documents: list[object] = []

    def show_one(document: object, words: str) -> None:
        documents.append(document)
        if not as_json:
            show(document, words, as_json=False)

    try:
        yield show_one
    finally:
        show(documents, as_json=as_json)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show what is going on and for how long, then that it is done and how long it took."""
    started = time.monotonic()
    if not notes.is_terminal:
        notes.print(f"… {text}")
    try:
        with _spinner() as progress:
            progress.add_task(text)
            yield
    except BaseException:
        notes.print(f"[red]✗[/] {text}  [dim]{_seconds_since(started)}[/]")
        raise
    notes.print(f"[green]✓[/] {text}  [dim]{_seconds_since(started)}[/]")


def skipped(text: str, reason: str) -> None:
    """Show a step that did not need doing."""
    notes.print(f"[green]✓[/] {text}  [dim]{reason}[/]")


def _spinner() -> Progress:
    return progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())


def progress(*columns: ProgressColumn) -> Progress:
    """Progress on standard error, and only in a terminal; results on standard output stay clean for a file or a
    pipe."""
    is_watched, is_same = notes.is_terminal, console.is_terminal
    return Progress(*columns, console=notes, transient=True, disable=not is_watched, redirect_stdout=is_same)


def _seconds_since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"
