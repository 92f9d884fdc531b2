"""Receivers in a table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cleave_cli.console import grid, notes
from cleave_cli.times import shown_time

if TYPE_CHECKING:
    from rich.table import Table as Grid


def receivers_grid(receivers: Iterable[Mapping[str, Any]]) -> "Grid":
    """As in GET /v1/operations/receivers; receivers that get only probes or were turned off for failing are red."""
    shown = grid("webhook", "owner", "host", "state", "failures", "since, UTC", "next probe, UTC", "waiting")
    for each in receivers:
        is_lost = each["passiveReason"] in {"failing", "gone"}
        shown.add_row(
            each["subscriptionId"],
            f"{each['owner']['kind']} {each['owner']['id']}",
            each["host"],
            _state(each),
            str(each["failures"]),
            shown_time(each["failingSince"]),
            shown_time(each["nextProbe"]),
            f"{each['backlog']}{' or more' if each['backlogIsMore'] else ''}",
            style="bold red" if is_lost or each["circuit"] == "open" else None,
        )
    return shown


def show_unreadable(webhooks: Iterable[str]) -> None:
    """Name the damaged webhooks, beside the others."""
    for name in webhooks:
        notes.print(f"webhook {name} cannot be read", style="red")


def _state(receiver: Mapping[str, Any]) -> str:
    if receiver["status"] == "PASSIVE":
        return f"off: {receiver['passiveReason']}"
    return "fails" if receiver["circuit"] == "open" else "on"
