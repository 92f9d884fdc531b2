"""The program `cleave`: runs the whole service on this machine, without Docker and without an AWS account."""

import ctypes
import os
import shlex
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import httpx
import typer
from typer import rich_utils

from cleave_cli import credentials_command, deliveries, webhooks
from cleave_cli.adopt import adopt, restore
from cleave_cli.console import console, notes
from cleave_cli.containers import serving
from cleave_cli.credentials import postman_environment, read_environment
from cleave_cli.demo import run_demo
from cleave_cli.erase import erase
from cleave_cli.errors import PromiseBrokenError
from cleave_cli.events.command import events
from cleave_cli.events.samples_command import samples
from cleave_cli.guide import print_guide
from cleave_cli.import_orders import import_orders
from cleave_cli.invoke import invoke
from cleave_cli.listening.command import listen
from cleave_cli.logs import function_logs, logs
from cleave_cli.mend import mend
from cleave_cli.openapi.command import openapi
from cleave_cli.operate import requeue, status
from cleave_cli.options import FOLDER, JsonOption, StateOption
from cleave_cli.order import order
from cleave_cli.paths import StateDir
from cleave_cli.preflight import preflight
from cleave_cli.quiet import quiet
from cleave_cli.receiver import running_receiver
from cleave_cli.reconcile import reconcile
from cleave_cli.redrive import redrive
from cleave_cli.rehearse import rehearse
from cleave_cli.reporting import reporting_errors
from cleave_cli.sam_local import write_variables
from cleave_cli.stack import build_if_changed, local_stack
from cleave_cli.trigger import trigger
from cleave_cli.verify import verify

PR_SET_PDEATHSIG = 1

if os.environ.get("NO_COLOR"):
    rich_utils.COLOR_SYSTEM = None  # Typer's own pages take it for colours alone

app = typer.Typer(
    help=__doc__,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(credentials_command.app)
app.add_typer(deliveries.app)
app.add_typer(webhooks.app)

PortOption = Annotated[
    int | None,
    typer.Option(min=1, max=65535, envvar="CLEAVE_PORT", help="Port of 127.0.0.1; a free one if none is given."),
]
PostmanOption = Annotated[bool, typer.Option("--postman", help="As an environment for Postman or Bruno.")]


ContainersOption = Annotated[
    bool, typer.Option("--containers", help="Serve containers on Docker's own network too, as `sam local` needs.")
]


@app.command()
def up(
    state: StateOption = FOLDER,
    port: PortOption = None,
    *,
    containers: ContainersOption = False,
) -> None:
    """Serve on the local engine until Ctrl-C."""
    folder = StateDir(state)
    with reporting_errors(), local_stack(folder, port) as stack, serving(stack.engine.endpoint, on_bridge=containers):
        print_guide(console, stack, folder)
        try:
            stack.engine.wait()
        except KeyboardInterrupt:
            notes.print("\nStopping …")
    notes.print("Stopped; nothing is left running.")


@app.command()
def demo(state: StateOption = FOLDER) -> None:
    """Show the main job from start to end, then exit; status 1 if a promise does not hold."""
    started = time.monotonic()
    folder = StateDir(state)
    with reporting_errors(), local_stack(folder) as stack, running_receiver() as receiver:
        folder.function_log.unlink(missing_ok=True)
        try:
            run_demo(stack, receiver)
        except (PromiseBrokenError, httpx.HTTPError):
            folder.function_log.write_text("\n".join(function_logs(stack.deployment.endpoint)))
            notes.print(f"What the functions logged is in {folder.function_log}")
            raise
    console.print(f"\n[green]Every promise holds.[/] [dim]{time.monotonic() - started:.1f} s in all[/]")


@app.command()
def build(state: StateOption = FOLDER) -> None:
    """Run sam build, when something that goes into it has changed."""
    folder = StateDir(state)
    with reporting_errors():
        folder.path.mkdir(parents=True, exist_ok=True)
        build_if_changed(folder)


SamLocalOption = Annotated[
    Path | None,
    typer.Option(
        "--sam-local", help="Write the functions' variables to this file instead, for `sam local --env-vars`."
    ),
]


@app.command()
def env(
    sam_local: SamLocalOption = None,
    postman: PostmanOption = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    state: StateOption = FOLDER,
) -> None:
    """Print the running stack's address and credentials as shell exports: eval "$(cleave env)"."""
    with reporting_errors():
        if sam_local:
            write_variables(sam_local, StateDir(state).local_json)
            return
        found = read_environment(StateDir(state).local_json)
        if postman or as_json:
            console.print_json(data=postman_environment(found) if postman else found)
            return
        for name, value in found.items():
            print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - for a shell, not for a person


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer's callback of a flag
    if value:
        console.print(f"cleave {version('cleave')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and exit.")
]


@app.callback()
def prepare(context: typer.Context, *, version: VersionOption = False) -> None:
    """End in good order on every signal that asks for it, and keep standard output for results."""
    del version
    context.with_resource(quiet())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a shell's `&` has it ignored
        signal.signal(number, _interrupt)
    if os.environ.get("CLEAVE_STOP_WITH_PARENT") and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


app.command()(logs)
app.command()(redrive)
app.command()(reconcile)
app.command()(status)
app.command()(requeue)
app.command()(order)
app.command()(restore)
app.command()(adopt)
app.command()(erase)
app.command()(mend)
app.command()(verify)
app.command("import")(reporting_errors()(import_orders))
app.command()(openapi)
app.command()(events)
app.command()(samples)
app.command()(invoke)
app.command()(trigger)
app.command()(listen)
app.command()(preflight)
app.command()(rehearse)
