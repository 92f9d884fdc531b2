"""How a command ends when something went wrong: a message for the person, a status for the shell."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer

from cleave_cli.console import console
from cleave_cli.errors import CleaveError

INTERRUPTED = 130


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Turn what went wrong into a message and an exit status."""
    try:
        yield
    except CleaveError as error:
        _print_error(error.title, str(error))
        raise typer.Exit(1) from error
    except httpx.HTTPError as error:
        _print_error("No good answer", f"{error.request.method} {error.request.url}: {error!r}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("\nInterrupted; nothing is left running.")
        raise typer.Exit(INTERRUPTED) from None


def _print_error(title: str, text: str) -> None:
    console.print(f"[bold red]{title}:[/]", end=" ")
    console.print(text, markup=False, soft_wrap=True)
