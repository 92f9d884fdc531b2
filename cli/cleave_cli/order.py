"""`cleave order`: the story of an order, straight from the table: what its packages became, and who was told."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import typer
from cleave.application.read.cancellation import FollowedCancellation
from cleave.application.read.timeline import Extent, Part, TimelinePage, TimelinePlace, Viewer, read_timeline
from cleave.clock import from_ms
from cleave.dialects.timeline import MAX_SIZE, render_timeline
from cleave.domain.refusals import Refusal
from cleave.table.table import Table
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree

from cleave_cli.console import console, grid
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
    """Show an order's packages as a tree, and what happened to them in order."""
    story = read_story(find_stack(stack, state).table, number, None if seller is None else frozenset({seller}))
    if as_json:
        console.print_json(data=story)
        return
    for part in story["parts"]:
        console.print(tree(number, part))
        console.print(events(part))


def read_story(table: Table, number: str, sellers: frozenset[int] | None) -> Document:
    """The whole of it, in the shape of a single page. Raises CleaveError."""
    parts: dict[int, Part] = {}
    try:
        for page in _pages(table, number, Viewer(sellers, everybody=True)):
            for part in page.parts:
                parts[part.seller_id] = _joined(parts[part.seller_id], part) if part.seller_id in parts else part
    except Refusal as refusal:
        raise CleaveError(f"{refusal.message}: {number}") from None
    return render_timeline(number, TimelinePage(list(parts.values())), None)


def _pages(table: Table, number: str, viewer: Viewer) -> Iterable[TimelinePage]:
    then: TimelinePlace | None = TimelinePlace()
    while then is not None:
        page = read_timeline(table, number, viewer, then, Extent(MAX_SIZE))
        yield page
        then = page.then


def _joined(first: Part, more: Part) -> Part:
    cancellations = {each.recorded.cancellation_id: each for each in (*first.cancellations, *more.cancellations)}
    return replace(
        first,
        packages=[*first.packages, *more.packages],
        cancellations=sorted(cancellations.values(), key=_accepted_first),
        events=[*first.events, *more.events],
        unreadable=[*first.unreadable, *more.unreadable],
        left_out=first.left_out + more.left_out,
        deliveries=[*first.deliveries, *more.deliveries],
    )


def _accepted_first(found: FollowedCancellation) -> tuple[datetime, str]:
    return found.recorded.accepted_at, found.recorded.cancellation_id


def tree(number: str, part: Document) -> Tree:
    """Packages, each with the units that are its own, above those that came of it."""
    root = Tree(Text(f"order {number}, seller {part['sellerId']}", style="bold"))
    branches = [root]
    for package in part["packages"]:
        branch = branches[package["depth"]].add(Text(_package_words(package)))
        for line in package["lines"]:
            branch.add(Text(_line_words(line), style="dim"))
        branches[package["depth"] + 1 :] = [branch]
    for package_id in part.get("unreadablePackageIds", ()):
        root.add(Text(f"{package_id} cannot be read; `cleave mend` can put it right", style="red"))
    return root


def _package_words(package: Document) -> str:
    planned = ", ".join(map(str, package["plannedIds"]))
    about = f", is being split into {planned}" if planned else ""
    return f"{package['shipmentPackageId']} {package['status']}, {package['createdBy']}{about}"


def _line_words(line: Document) -> str:
    waiting = f", {line['waiting']} about to be cancelled" if line["waiting"] else ""
    by = f" by {_named(line['cancellationId'])}" if line["cancellationId"] else ""
    return f"{line['quantity']} of {line['orderItemNumber']} {line['status']}{by}{waiting}"


def events(part: Document) -> Grid:
    """What happened, in order."""
    shown = grid("time, UTC", "what", "of what", "how")
    for entry in part["timeline"]:
        at = from_ms(entry["date"]).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
        shown.add_row(at, *(Text(words) for words in _WORDS[entry["type"]](entry)))
    return shown


def _named(cancellation_id: str) -> str:
    """As its caller names it, by which the API finds it, and who that is."""
    dialect, caller, name = cancellation_id.split("#", 2)
    return f"{name.replace('#', '-')} of {dialect} {caller}"


def _accepted(entry: Document) -> tuple[str, str, str]:
    units = (
        f"{line['quantity']} of line {line['lineId']} of {package['shipmentPackageId']}"
        for package in entry["packages"]
        for line in package["lines"]
    )
    return "cancel accepted", _named(entry["cancellationId"]), f"{entry['reason']}: {', '.join(units)}"


def _applied(entry: Document) -> tuple[str, str, str]:
    return "cancel applied", _named(entry["cancellationId"]), ""


def _event(entry: Document) -> tuple[str, str, str]:
    return f"event {entry['sequence']}", str(entry["shipmentPackageId"]), entry["status"]


def _delivery(entry: Document) -> tuple[str, str, str]:
    attempts = f"{entry['attempts']} attempts, last answer {entry['lastAnswer']}"
    return f"delivery of {entry['event']}", f"webhook {entry['subscription']}", f"{entry['state']}, {attempts}"


_WORDS = {
    "cancellation.accepted": _accepted,
    "cancellation.applied": _applied,
    "event": _event,
    "delivery": _delivery,
}
