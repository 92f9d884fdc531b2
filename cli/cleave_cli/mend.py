"""`cleave mend`: show an order's unreadable items, and repair them from a restored table."""

from dataclasses import asdict
from typing import Annotated

import typer
from cleave.application.operate.mend_order import Mended, find_damage, mend_order
from cleave.table.failures import OutOfDate
from cleave.table.table import Table

from cleave_cli.console import show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors


@reporting_errors()
def mend(
    number: Annotated[str, typer.Argument(help="The order's number.")],
    copy: Annotated[str | None, typer.Option("--from", help="A table that was restored to before the damage.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """List an order's unreadable items; with --from, restore their damaged parts and nothing else."""
    table = find_stack(stack, state).table
    if copy is None:
        _show(number, find_damage(table, number), as_json=as_json)
        return
    try:
        mended = mend_order(table, Table(table.client, copy), number)
    except OutOfDate:
        raise CleaveError("The item was changed meanwhile; mend the order again.") from None
    _show(number, mended, as_json=as_json)
    if any(not each.attributes for each in mended):
        raise CleaveError("The copy has no better one, or an older one; restore the table to another moment.")


def _show(number: str, found: list[Mended], *, as_json: bool) -> None:
    words = map(_words, found) if found else [f"Everything of order {number} can be read."]
    show([asdict(each) for each in found], *words, as_json=as_json)


def _words(mended: Mended) -> str:
    done = f"put back: {', '.join(mended.attributes)}" if mended.attributes else "cannot be read"
    return f"{mended.item}: {done}"
