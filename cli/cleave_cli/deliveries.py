"""`cleave deliveries`: what was sent to a webhook, what waits, and sending it again."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.console import console, grid
from cleave_cli.credentials import Channel, Seller
from cleave_cli.deploy import stack_url
from cleave_cli.errors import CleaveError
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

_NO_STACK = "Nothing is running here: there is no {}. Name a --stack, or set CLEAVE_BASE_URL."
COLUMNS = ("id", "orderNumber", "sequence", "state", "attempts", "lastAnswer")

app = typer.Typer(name="deliveries", help=__doc__, no_args_is_help=True)

WebhookArgument = Annotated[str, typer.Argument(help="The webhook's id.")]
DeliveryArgument = Annotated[str, typer.Argument(help="The delivery's id, as listed.")]
SellerOption = Annotated[int | None, typer.Option("--seller", help="Whose webhook it is; without it, the channel's.")]
OrderOption = Annotated[str | None, typer.Option("--order", help="Only of this order.")]
SinceOption = Annotated[int | None, typer.Option("--since", help="Only of events since, in epoch milliseconds.")]


@app.command("list")
@reporting_errors()
def list_(  # noqa: PLR0913, PLR0917 - a parameter is an option
    webhook: WebhookArgument,
    seller: SellerOption = None,
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
    with _webhook(stack, state, seller, webhook) as (http, path):
        found = list(_pages(http, f"{path}/deliveries", wanted))
    if as_json:
        console.print_json(data=found)
        return
    shown = grid(*COLUMNS)
    for delivery in found:
        shown.add_row(*(str(delivery[column]) for column in COLUMNS))
    console.print(shown)


@app.command()
@reporting_errors()
def show(
    webhook: WebhookArgument,
    delivery: DeliveryArgument,
    seller: SellerOption = None,
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show one delivery with its attempts."""
    with _webhook(stack, state, seller, webhook) as (http, path):
        found = _answer(http.get(f"{path}/deliveries/{delivery}"))
        console.print_json(data=found)


@app.command()
@reporting_errors()
def resend(
    webhook: WebhookArgument,
    delivery: DeliveryArgument,
    seller: SellerOption = None,
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send one delivery again, with the same webhook-id and number."""
    with _webhook(stack, state, seller, webhook) as (http, path):
        _answer(http.post(f"{path}/deliveries/{delivery}/resend"))
        console.print("It is sent again.")


@app.command()
@reporting_errors()
def replay(
    webhook: WebhookArgument,
    seller: SellerOption = None,
    order: OrderOption = None,
    since: SinceOption = None,
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send everything since a time, or of one order, again, in order."""
    body: dict[str, Any] = {"orderNumber": order, "since": since}
    wanted = {name: value for name, value in body.items() if value is not None}
    resent = 0
    with _webhook(stack, state, seller, webhook) as (http, path):
        while True:
            page = _answer(http.post(f"{path}/replay", json=wanted))
            resent += page["resent"]
            if not page["hasMore"]:
                break
            wanted["cursor"] = page["nextCursor"]
    console.print(f"{resent} are sent again.")


@contextmanager
def _webhook(stack: str | None, state: Path, seller_id: int | None, webhook: str) -> Iterator[tuple[httpx.Client, str]]:
    """The caller who may see the webhook, and the webhook's path."""
    content = _callers(stack, state, seller_id)
    if seller_id is None:
        http, base = ChannelClient(content["base_url"], Channel(**content["channels"][0])).http, "/v1"
    else:
        http = SellerClient(content["base_url"], _seller(content["sellers"], seller_id)).http
        base = f"/integration/webhook/sellers/{seller_id}"
    with closing(http):
        yield http, f"{base}/webhooks/{webhook}"


def _callers(stack: str | None, state: Path, seller_id: int | None) -> dict[str, Any]:
    """Of the running stack; of a stack on AWS, or where none runs, those of the environment: an operator's will do."""
    local, given = StateDir(state).local_json, os.environ
    if stack is None and local.exists():
        content: dict[str, Any] = json.loads(local.read_text(encoding="utf-8"))
        return content
    if stack is None and "CLEAVE_BASE_URL" not in given:
        raise CleaveError(_NO_STACK.format(local))
    seller = {"api_key": given.get("CLEAVE_API_KEY", ""), "api_secret": given.get("CLEAVE_API_SECRET", "")}
    channel = {"client_id": given.get("CLEAVE_CLIENT_ID", ""), "client_secret": given.get("CLEAVE_CLIENT_SECRET", "")}
    sellers = [{**seller, "seller_id": seller_id, "store_front_code": given.get("CLEAVE_STORE_FRONT_CODE", "TR")}]
    base_url = given["CLEAVE_BASE_URL"] if stack is None else stack_url(stack)
    return {"base_url": base_url, "sellers": sellers, "channels": [channel]}


def _seller(sellers: list[dict[str, Any]], seller_id: int) -> Seller:
    for seller in sellers:
        if seller["seller_id"] == seller_id:
            return Seller(**seller)
    raise CleaveError(f"There are no credentials of seller {seller_id}.")


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
