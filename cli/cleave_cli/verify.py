"""`cleave verify`: whether everything that the table holds keeps the promises."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from cleave import clock
from cleave.application.operate.verify import Verified
from cleave.application.operate.verify import verify as verify_table
from cleave.table.table import Table
from rich.console import RenderableType
from rich.text import Text

from cleave_cli.console import grid, show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

_MOST_SHOWN = 50


class PromisesBrokenError(CleaveError):
    """The table breaks a promise."""

    title = "Not in order"


@reporting_errors()
def verify(
    order: Annotated[str | None, typer.Option(help="This order alone; otherwise the whole table is read.")] = None,
    table: Annotated[str | None, typer.Option(help="Another table than the stack's, such as a restored one.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Check all stored units, chains, cancellations and events against the promises. Status 1 if one is broken."""
    found = find_stack(stack, state).table
    verified = verify_table(Table(found.client, table or found.name), order, clock.now())
    if order is not None and not verified.orders:
        raise CleaveError(f"Nothing is kept of an order {order}.")
    show(_document(verified), *_words(verified), as_json=as_json)
    if verified.findings:
        raise PromisesBrokenError(f"{len(verified.findings)} things cannot be true.")


def _document(verified: Verified) -> dict[str, object]:
    named = [dict(zip(("seller", "order", "finding"), each, strict=True)) for each in verified.findings]
    return {**asdict(verified), "findings": named}


def _words(verified: Verified) -> Iterator[RenderableType]:
    yield (
        f"{verified.orders} orders with {verified.packages} packages, {verified.cancellations} cancellations and "
        f"{verified.events} events; {verified.waiting} packages wait to be split or told."
    )
    if not verified.findings:
        yield Text("Everything is in order.", style="green")
        return
    shown = grid("seller", "order", "what cannot be true")
    for seller_id, number, finding in verified.findings[:_MOST_SHOWN]:
        shown.add_row(str(seller_id), number, finding)
    yield shown
