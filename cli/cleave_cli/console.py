"""What the person at the terminal sees: steps with elapsed times, and results."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

PLAIN_WIDTH = 120  # in a log file nobody narrows the window

console = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show that something is going on and for how long, then that it is done and how long it took."""
    started = time.monotonic()
    if not console.is_terminal:
        console.print(f"… {text}")
    try:
        with _spinner() as progress:
            progress.add_task(text)
            yield
    except BaseException:
        console.print(f"[red]✗[/] {text}  [dim]{_seconds_since(started)}[/]")
        raise
    console.print(f"[green]✓[/] {text}  [dim]{_seconds_since(started)}[/]")


def skipped(text: str, reason: str) -> None:
    """Show a step that did not need doing."""
    console.print(f"[green]✓[/] {text}  [dim]{reason}[/]")


def _spinner() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _seconds_since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"
