"""The demo's output: each package's outcome, the messages, and whether the units add up."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from cleave_cli.console import grid
from cleave_cli.promises import Event, LineBalance, successors
from cleave_cli.samples import Package

TICK, CROSS = Text("✓", style="green"), Text("✗", style="bold red")


def package_tree(title: str, imported: Sequence[Package], now: Sequence[Package]) -> Tree:
    """Show each imported package with its old and new status, and its successors below it."""
    tree = Tree(Text(title, style="bold"))
    current = {package["shipmentPackageId"]: package for package in now}
    for before in imported:
        package_id = before["shipmentPackageId"]
        after = current[package_id]
        branch = tree.add(_package(after, f"{before['status']} → {after['status']}"))
        for successor in successors(package_id, now):
            branch.add(_package(successor, f"new: {successor['status']}"))
    return tree


def _package(package: Package, status: str) -> RenderableType:
    tracking = package.get("cargoTrackingNumber") or "none yet: the seller pays the carrier and reports its number"
    head = Text.assemble((f"package {package['shipmentPackageId']}", "cyan"), f"  {status}")
    units = [
        Text(f"  {line['quantity']} x {line['stockCode']}  {line['orderLineItemStatusName']}", style="dim")
        for line in package["lines"]
    ]
    return Group(head, Text(f"  tracking number {tracking}", style="dim"), *units)


def webhook_table(told: Sequence[tuple[float, int, Event]]) -> Table:
    """List the messages in order of arrival: seconds since the first cancel, seller, package and status."""
    table = grid("after", "seller", "package", "status", title="Webhooks received")
    for seconds, seller_id, event in told:
        table.add_row(f"{seconds:+.2f} s", str(seller_id), str(event.package_id), event.status)
    return table


def balance_table(lines: Sequence[LineBalance]) -> Table:
    """Show that every line's units are accounted for."""
    table = grid("line", "item", title="ordered = cancelled + live")
    for heading in ("ordered", "cancelled", "live"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for line in lines:
        numbers = (str(number) for number in (line.ordered, line.cancelled, line.live))
        table.add_row(str(line.line_id), line.name, *numbers, TICK if line.holds else CROSS)
    return table
