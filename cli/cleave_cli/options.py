"""Options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

from cleave_cli.paths import StateDir

FOLDER = StateDir().path

StackOption = Annotated[str | None, typer.Option(help="Stack on AWS; without it, the running local stack.")]
StateOption = Annotated[
    Path,
    typer.Option("--state", envvar="CLEAVE_STATE", help="Folder of the local stack's state and of imports' progress."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
