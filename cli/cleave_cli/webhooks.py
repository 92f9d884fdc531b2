"""`cleave webhooks`: all owners' receivers, and probing one that fails."""

from collections.abc import Iterator
from typing import Annotated

import typer
from cleave import clock
from cleave.application.operate.receivers import ReceiverPage, failing_receivers, list_receivers
from cleave.application.tell.ask_again import probe_now
from cleave.dialects.operations import render_probed, render_receiver
from cleave.domain.refusals import Refusal
from cleave.table.table import Table

from cleave_cli.console import show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.receivers import receivers_grid, show_unreadable
from cleave_cli.reporting import reporting_errors

app = typer.Typer(name="webhooks", help=__doc__, no_args_is_help=True)


@app.command("list")
@reporting_errors()
def list_(
    failing: Annotated[bool, typer.Option("--failing", help="Only those that fail.")] = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """List the webhooks, queues and buses of all sellers and channels, the newest first."""
    table = find_stack(stack, state).table
    pages = [failing_receivers(table, clock.now())] if failing else list(_pages(table))
    found = [render_receiver(each) for page in pages for each in page.receivers]
    show_unreadable(each for page in pages for each in page.unreadable)
    show(found, receivers_grid(found), as_json=as_json)


def _pages(table: Table) -> Iterator[ReceiverPage]:
    yield (page := list_receivers(table))
    while page.then is not None:
        yield (page := list_receivers(table, page.then))


@app.command()
@reporting_errors()
def probe(
    webhook: Annotated[str, typer.Argument(help="The webhook's id.")],
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send a receiver its oldest waiting message now, even if its circuit is open."""
    found = find_stack(stack, state)
    try:
        tried = probe_now(found.table, found.wake_queue, webhook, clock.now())
    except Refusal as refusal:
        raise CleaveError(f"{refusal.message}: {webhook}") from None
    words = f"It is sent a message of order {tried.order_number} of seller {tried.seller_id}."
    show(render_probed(webhook, tried), words, as_json=as_json)
