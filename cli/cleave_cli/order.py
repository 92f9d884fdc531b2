"""`cleave order`: an order's timeline, straight from the table: its packages, and its recipients."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from cleave.application.read.story import read_story
from cleave.application.read.timeline_page import Viewer
from cleave.clock import from_ms
from cleave.dialects.cancellation_ids import names_of
from cleave.dialects.stories import render_story
from cleave.domain.refusals import Refusal
from cleave.table.table import Table
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree

from cleave_cli.console import grid, show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

type Document = Mapping[str, Any]

SellerOption = Annotated[int | None, typer.Option("--seller", help="Only this seller's part.")]


@reporting_errors()
def order(
    number: Annotated[str, typer.Argument(help="The order's number.")],
    seller: SellerOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show an order: its packages as a tree, its units, and its timeline."""
    story = whole_story(find_stack(stack, state).table, number, None if seller is None else frozenset({seller}))
    parts = [each for part in story["parts"] for each in (tree(number, part), units(part), events(part))]
    show(story, *parts, as_json=as_json)


def whole_story(table: Table, number: str, sellers: frozenset[int] | None) -> Document:
    """The whole order, as GET /v1/operations/orders/{orderNumber} answers it. Raises CleaveError."""
    try:
        return render_story(number, read_story(table, number, Viewer(sellers, everybody=True)))
    except Refusal as refusal:
        raise CleaveError(f"{refusal.message}: {number}") from None


def tree(number: str, part: Document) -> Tree:
    """Packages, each with its own units, above its successors."""
    root = Tree(Text(f"order {number}, seller {part['sellerId']}, {part['storefront']}", style="bold"))
    branches = [root]
    for package in part["packages"]:
        branch = branches[package["depth"]].add(Text(_package_words(package)))
        for line in package["lines"]:
            branch.add(Text(_line_words(line), style="dim strike" if line["cancelled"] else "dim"))
        branches[package["depth"] + 1 :] = [branch]
    for package_id in part["unreadablePackages"]:
        root.add(Text(f"{package_id} cannot be read; `cleave mend` can put it right", style="red"))
    for item in dict.fromkeys(part.get("unreadable", ())):
        root.add(Text(f"{item} cannot be read", style="red"))
    return root


def _package_words(package: Document) -> str:
    planned = ", ".join(map(str, package["planned"]))
    about = f", is being split into {planned}" if planned else ""
    return f"{package['id']} {package['status']}, {package['createdBy']}{about}"


def _line_words(line: Document) -> str:
    waiting = f", {line['waiting']} about to be cancelled" if line["waiting"] else ""
    by = f" by {_named(line['cancellationId'])}" if line["cancellationId"] else ""
    return f"{line['quantity']} of {line['orderItemNumber']} {line['status']}{by}{waiting}"


def _named(cancellation_id: str) -> str:
    """The cancellation's name for its caller, by which the API finds it, and the caller."""
    name = next((each for each in names_of(cancellation_id) if each is not None), None)
    if name is None:
        return cancellation_id  # a damaged one
    dialect, caller, _ = cancellation_id.split("#", 2)
    return f"{name} of {dialect} {caller}"


def units(part: Document) -> Grid:
    """Where the units of each line are."""
    shown = grid("line", "sku", "ordered", "cancelled", "live", "about to be cancelled")
    for line in part["units"]:
        numbers = (str(line[name]) for name in ("ordered", "cancelled", "live", "waiting"))
        shown.add_row(str(line["lineId"]), line["sku"], *numbers, style="bold red" if line["lost"] else None)
    return shown


def events(part: Document) -> Grid:
    """The timeline."""
    shown = grid("time, UTC", "what", "id", "details", "request")
    for entry in part["timeline"]:
        at = from_ms(entry["at"]).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
        shown.add_row(at, *(Text(words) for words in _row(entry)), Text(entry["correlationId"]))
    return shown


def _row(entry: Document) -> tuple[str, str, str]:
    match entry["kind"]:
        case "accepted" | "applied":
            return f"cancel {entry['kind']}", _named(entry["id"]), entry["text"]
        case "told":
            return "told", entry["id"], entry["text"]
        case kind:
            return f"event {entry['id']}", kind, entry["text"]
