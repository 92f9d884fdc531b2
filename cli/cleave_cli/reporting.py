"""How a command ends when something went wrong: a message for the person, a status for the shell.

0: done. 1: not done, or something is wrong. 2: the command was not understood. 130: interrupted.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from cleave.store.formats import Unreadable

from cleave_cli.console import notes
from cleave_cli.errors import CleaveError

INTERRUPTED = 130


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Turn an error into a message and an exit status."""
    try:
        yield
    except CleaveError as error:
        _print_error(error.title, str(error))
        raise typer.Exit(1) from error
    except httpx.HTTPError as error:
        _print_error("No good answer", f"{error.request.method} {error.request.url}: {error!r}")
        raise typer.Exit(1) from error
    except httpx.InvalidURL as error:
        _print_error("Not sent", f"that is no address: {error}")
        raise typer.Exit(1) from error
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader of our output has enough; Typer ends without a word
            raise
        _print_error("Failed", _file_error(error))
        raise typer.Exit(1) from error
    except (BotoCoreError, ClientError) as error:
        _print_error("AWS did not do it", str(error))
        raise typer.Exit(1) from error
    except Unreadable as damaged:
        _print_error("Cannot be read", f"{damaged}; it is damaged, or a later version wrote it")
        raise typer.Exit(1) from damaged
    except KeyboardInterrupt:
        notes.print("\nInterrupted; nothing is left running.")
        raise typer.Exit(INTERRUPTED) from None


def _file_error(error: OSError) -> str:
    """The file and what is wrong with it, without Python's number for that."""
    if error.strerror is None:
        return str(error)
    return f"{error.strerror}." if error.filename is None else f"{error.filename}: {error.strerror}."


def _print_error(title: str, text: str) -> None:
    notes.print(f"[bold red]{title}:[/]", end=" ")
    notes.print(text, markup=False, soft_wrap=True)
