"""`cleave deliveries`: a webhook's deliveries, settled and waiting, and sending them again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cleave_cli.callers import Owner, client_of, owner_of
from cleave_cli.console import grid, show
from cleave_cli.errors import CleaveError
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

COLUMNS = ("id", "orderNumber", "sequence", "state", "attempts", "lastAnswer")

app = typer.Typer(name="deliveries", help=__doc__, no_args_is_help=True)

WebhookArgument = Annotated[str, typer.Argument(help="The webhook's id.")]
DeliveryArgument = Annotated[str, typer.Argument(help="The delivery's id, as listed.")]
SellerOption = Annotated[int | None, typer.Option("--seller", help="The webhook's seller, if it cannot be looked up.")]
ChannelOption = Annotated[str | None, typer.Option("--channel", help="The webhook's channel, by its client id.")]
OrderOption = Annotated[str | None, typer.Option("--order", help="Only of this order.")]
SinceOption = Annotated[int | None, typer.Option("--since", help="Only of events since, in epoch milliseconds.")]


@app.command("list")
@reporting_errors()
def list_(  # noqa: PLR0913, PLR0917 - a parameter is an option
    webhook: WebhookArgument,
    seller: SellerOption = None,
    channel: ChannelOption = None,
    order: OrderOption = None,
    since: SinceOption = None,
    only: Annotated[str | None, typer.Option(help="waiting, delivered or exhausted.")] = None,
    answer: Annotated[str | None, typer.Option(help="Only with this last status code or failure.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """List deliveries, oldest first."""
    filters = {"orderNumber": order, "since": since, "state": only, "answer": answer, "size": 200}
    wanted = {name: value for name, value in filters.items() if value is not None}
    with _webhook(stack, state, seller, channel, webhook) as (http, path):
        found = list(_pages(http, f"{path}/deliveries", wanted))
    shown = grid(*COLUMNS)
    for delivery in found:
        shown.add_row(*("" if delivery[column] is None else str(delivery[column]) for column in COLUMNS))
    show(found, shown, as_json=as_json)


@app.command("show")
@reporting_errors()
def show_(  # noqa: PLR0913, PLR0917 - a parameter is an option
    webhook: WebhookArgument,
    delivery: DeliveryArgument,
    seller: SellerOption = None,
    channel: ChannelOption = None,
    as_json: JsonOption = True,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show one delivery with its attempts, always as JSON."""
    del as_json
    with _webhook(stack, state, seller, channel, webhook) as (http, path):
        show(_answer(http.get(f"{path}/deliveries/{delivery}")), as_json=True)


@app.command()
@reporting_errors()
def resend(  # noqa: PLR0913, PLR0917 - a parameter is an option
    webhook: WebhookArgument,
    delivery: DeliveryArgument,
    seller: SellerOption = None,
    channel: ChannelOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send one delivery again, with the same webhook-id and number."""
    with _webhook(stack, state, seller, channel, webhook) as (http, path):
        _answer(http.post(f"{path}/deliveries/{delivery}/resend"))
    show({"resent": 1}, "1 sent again.", as_json=as_json)


@app.command()
@reporting_errors()
def replay(  # noqa: PLR0913, PLR0917 - a parameter is an option
    webhook: WebhookArgument,
    seller: SellerOption = None,
    channel: ChannelOption = None,
    order: OrderOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send everything since a time, or of one order, again, in order."""
    body: dict[str, Any] = {"orderNumber": order, "since": since}
    wanted = {name: value for name, value in body.items() if value is not None}
    resent = 0
    with _webhook(stack, state, seller, channel, webhook) as (http, path):
        while True:
            page = _answer(http.post(f"{path}/replay", json=wanted))
            resent += page["resent"]
            if not page["hasMore"]:
                break
            wanted["cursor"] = page["nextCursor"]
    show({"resent": resent}, f"{resent} sent again; waiting messages are tried now.", as_json=as_json)


@contextmanager
def _webhook(
    stack: str | None, state: Path, seller: int | None, channel: str | None, webhook: str
) -> Iterator[tuple[httpx.Client, str]]:
    """A client that may see the webhook, and the webhook's path."""
    is_named = seller is not None or channel is not None
    owner = Owner(seller, channel) if is_named else owner_of(stack, state, webhook)
    with closing(client_of(stack, state, owner)) as http:
        yield http, f"{owner.webhooks}/{webhook}"


def _pages(http: httpx.Client, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        page = _answer(http.get(path, params=params))
        yield from page["content"]
        if not page["hasMore"]:
            return
        params = {**params, "cursor": page["nextCursor"]}


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise CleaveError(f"{response.status_code}: {response.text}")
    document: dict[str, Any] = response.json()
    return document
