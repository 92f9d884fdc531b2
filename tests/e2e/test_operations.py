"""What operators and support look at and do, on the deployed template: each function with its own rights."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cleave_cli.api import ChannelClient, SellerClient, StaffClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.subscribing import Document, cancel, eventually, load, webhooks_path

BASE = "/v1/operations"


@pytest.fixture(scope="module")
def operator(stack: LocalStack) -> httpx.Client:
    return StaffClient(stack.base_url, stack.credentials.operator).http


@pytest.fixture(scope="module")
def support(stack: LocalStack) -> httpx.Client:
    return StaffClient(stack.base_url, stack.credentials.support).http


def get(http: httpx.Client, path: str, **query: str) -> Document:
    found: Document = http.get(f"{BASE}/{path}", params=query).raise_for_status().json()
    return found


def test_a_receiver_goes_down_and_comes_back_by_a_probe(
    operator: httpx.Client, support: httpx.Client, self_paying: SellerClient, receiver: Receiver
) -> None:
    receiver.respond = lambda _: Answer(503)
    body = {"url": f"{receiver.url}/hook", "authenticationType": "API_KEY", "apiKey": "receiver-key"}
    webhook = self_paying.http.post(webhooks_path(self_paying), json=body).json()["id"]
    packages = [load(self_paying, {"LAMP": 2}) for _ in range(6)]
    for package in packages:
        cancel(self_paying, package)

    def failing() -> list[Document]:
        return [
            each for each in get(support, "receivers", failing="true")["receivers"] if each["subscriptionId"] == webhook
        ]

    (red,) = eventually(failing, lambda found: [each["circuit"] for each in found] == ["open"])
    assert red["owner"] == {"kind": "seller", "id": str(self_paying.seller.seller_id)}
    assert red["backlog"] >= 1
    assert any(each["subscriptionId"] == webhook for each in get(support, "receivers")["receivers"])
    gauges = {each["name"]: each["value"] for each in get(support, "status")["gauges"]}
    assert gauges["FailingReceivers"] >= 1
    receiver.respond = lambda _: Answer(200)
    refused = support.post(f"{BASE}/receivers/{webhook}/probe")
    assert (refused.status_code, refused.json()["errors"][0]["key"]) == (403, "authorization.error")
    probed = operator.post(f"{BASE}/receivers/{webhook}/probe")
    assert (probed.status_code, probed.json()["subscriptionId"]) == (202, webhook)
    assert eventually(failing, lambda found: found == []) == []
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{webhook}").raise_for_status()


def test_an_order_is_found_and_nothing_of_it_waits(support: httpx.Client, self_paying: SellerClient) -> None:
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    number = package["orderNumber"]
    found = eventually(
        lambda: get(support, f"orders/{number}"),
        lambda story: [each["live"] for each in story["parts"][0]["packages"]] == [False, True],
    )
    assert (found["complete"], found["parts"][0]["sellerId"]) == (True, self_paying.seller.seller_id)
    pending = get(support, "pending")
    assert number not in json.dumps(pending)
    assert pending.keys() == {"cancellations", "events", "unreadable", "failedBatches", "nextCursor"}
    assert support.get(f"{BASE}/orders/none-of-ours").status_code == 404


def test_it_is_closed_to_sellers_and_channels(self_paying: SellerClient, channel: ChannelClient) -> None:
    for http in (self_paying.http, channel.http):
        for path in ("status", "receivers", "pending", "orders/1"):
            assert http.get(f"{BASE}/{path}").status_code == 403, path


def test_the_terminal_lists_everybodys_webhooks(
    stack: LocalStack, operator: httpx.Client, self_paying: SellerClient, receiver: Receiver, tmp_path: Path
) -> None:
    write_local_json(StateDir(tmp_path).local_json, stack.base_url, stack.credentials)
    webhook = self_paying.subscribe(f"{receiver.url}/hook", "key").json()["id"]

    def run(*arguments: str) -> Any:  # noqa: ANN401 - whatever it prints
        result = CliRunner().invoke(app, [*arguments, "--json", "--state", str(tmp_path)])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    listed = {each["subscriptionId"]: each for each in run("webhooks", "list")}
    first_page = get(operator, "receivers")["receivers"]
    assert listed[webhook] in first_page
    assert run("deliveries", "list", webhook) == []
    shown = run("status")
    assert {each["name"] for each in shown["gauges"]} == {each["name"] for each in get(operator, "status")["gauges"]}
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{webhook}").raise_for_status()
