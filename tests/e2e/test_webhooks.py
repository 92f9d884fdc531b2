"""Webhooks on the deployed template: signed, in order, isolated, seen and redone, in both dialects."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import standardwebhooks
import svix
from cleave import clock
from cleave.store.tracks import TrackRef, ring
from cleave.table.table import Table
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner, Result

from tests.support.subscribing import Document, about, cancel, deliveries, eventually, load, webhooks_path

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@pytest.fixture
def made(self_paying: SellerClient, receiver: Receiver) -> Any:  # noqa: ANN401 - a fixture with an end
    body = {"url": f"{receiver.url}/hook", "authenticationType": "API_KEY", "apiKey": "receiver-key"}
    answer = self_paying.http.post(webhooks_path(self_paying), json=body)
    assert answer.status_code == 200
    created: Document = answer.json()
    yield created
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{created['id']}")


def test_a_message_is_signed_so_that_the_receivers_libraries_verify_it(
    self_paying: SellerClient, receiver: Receiver, made: Document
) -> None:
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    rotated = self_paying.http.post(f"{webhooks_path(self_paying)}/{made['id']}/secret").json()
    told = receiver.wait_for(2, where=about(package))
    for request in told:
        headers = dict(request.headers.items())
        standardwebhooks.Webhook(made["signingSecret"]).verify(request.body, headers)
        svix.Webhook(made["signingSecret"]).verify(request.body, headers)
    second = load(self_paying, {"LAMP": 3})
    cancel(self_paying, second)
    for request in receiver.wait_for(2, where=about(second)):
        headers = dict(request.headers.items())
        for secret in (made["signingSecret"], rotated["signingSecret"]):
            standardwebhooks.Webhook(secret).verify(request.body, headers)
    assert [request.headers["webhook-sequence"] for request in told] == ["1", "2"]


def test_a_receiver_that_was_down_gets_everything_in_order_once_it_is_back(
    self_paying: SellerClient, receiver: Receiver, made: Document
) -> None:
    del made
    down = True
    receiver.respond = lambda _: Answer(503 if down else 200)
    packages = [load(self_paying, {"LAMP": 3}) for _ in range(4)]
    for package in packages:
        cancel(self_paying, package)
    receiver.wait_for(3)
    down = False
    before = len(receiver.requests)
    for package in packages:
        taken = eventually(
            lambda package=package: [each for each in receiver.requests[before:] if about(package)(each)],  # type: ignore[misc]
            lambda requests: len(requests) >= 2,
            seconds=40,
        )
        assert [each.headers["webhook-sequence"] for each in taken] == ["1", "2"]


def test_gone_turns_a_webhook_off_and_activation_drains_what_waited(
    self_paying: SellerClient, receiver: Receiver, made: Document
) -> None:
    receiver.respond = lambda _: Answer(410)
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    path = f"{webhooks_path(self_paying)}/{made['id']}"

    def listed() -> Document:
        hooks: list[Document] = self_paying.http.get(webhooks_path(self_paying)).json()
        return next(hook for hook in hooks if hook["id"] == made["id"])

    hook = eventually(listed, lambda hook: hook["status"] == "PASSIVE")
    assert hook["passiveReason"] == "gone"
    (turned,) = self_paying.http.get(path).json()["statusChanges"]
    assert (turned["status"], turned["reason"]) == ("PASSIVE", "gone")
    waiting = eventually(lambda: deliveries(self_paying, made["id"], state="waiting"), lambda found: len(found) == 2)
    assert [each["sequence"] for each in waiting] == [1, 2]
    receiver.respond = lambda _: Answer(200)
    answer = self_paying.http.put(f"{path}/activate")
    assert (answer.status_code, answer.text) == (200, "200 OK")
    told = receiver.wait_for(3, where=about(package))
    assert [each.headers["webhook-sequence"] for each in told] == ["1", "1", "2"]


def test_deliveries_are_listed_with_their_attempts_and_sent_again(
    self_paying: SellerClient, receiver: Receiver, made: Document
) -> None:
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    receiver.wait_for(2, where=about(package))
    found = eventually(
        lambda: deliveries(self_paying, made["id"], orderNumber=package["orderNumber"]),
        lambda found: [each["state"] for each in found] == ["delivered"] * 2,
    )
    path = f"{webhooks_path(self_paying)}/{made['id']}"
    one = self_paying.http.get(f"{path}/deliveries/{found[0]['id']}").json()
    assert [attempt["status"] for attempt in one["attemptLog"]] == [200]
    assert self_paying.http.post(f"{path}/deliveries/{found[0]['id']}/resend").json() == {"resent": 1}
    receiver.wait_for(3, where=about(package))
    replayed = self_paying.http.post(f"{path}/replay", json={"orderNumber": package["orderNumber"]})
    assert replayed.json()["resent"] == 2
    told = receiver.wait_for(5, where=about(package))
    assert [each.headers["webhook-sequence"] for each in told] == ["1", "2", "1", "1", "2"]
    eventually(  # the receiver knows before the table does
        lambda: deliveries(self_paying, made["id"]),
        lambda found: {each["state"] for each in found} == {"delivered"},
    )
    first = self_paying.http.get(f"{path}/deliveries", params={"size": 1}).json()
    rest = self_paying.http.get(f"{path}/deliveries", params={"size": 1, "cursor": first["nextCursor"]}).json()
    assert [*first["content"], *rest["content"]] == deliveries(self_paying, made["id"])[:2]
    other = self_paying.http.get(f"{path}/deliveries", params={"state": "waiting", "cursor": first["nextCursor"]})
    assert other.status_code == 400


def test_a_span_that_ends_before_it_begins_has_no_deliveries(self_paying: SellerClient, made: Document) -> None:
    """DynamoDB, unlike moto, refuses such a key condition; found by test_document_holds.py."""
    path = f"{webhooks_path(self_paying)}/{made['id']}"
    year_9999 = 253_402_300_799_999
    listed = self_paying.http.get(f"{path}/deliveries", params={"since": year_9999, "until": 0})
    assert (listed.status_code, listed.json()) == (200, {"content": [], "hasMore": False, "nextCursor": None})
    again = self_paying.http.post(f"{path}/replay", json={"since": year_9999})
    assert (again.status_code, again.json()) == (202, {"resent": 0, "hasMore": False, "nextCursor": None})


def test_a_webhook_is_changed_pinged_silenced_and_deleted(
    self_paying: SellerClient, other_seller: SellerClient, receiver: Receiver, made: Document
) -> None:
    path = f"{webhooks_path(self_paying)}/{made['id']}"
    alias = path.replace("/integration/webhook/", "/integration/")
    body = {"url": f"{receiver.url}/moved", "authenticationType": "BASIC_AUTHENTICATION", "username": "u"}
    assert self_paying.http.put(path, json={**body, "password": "p"}).text == "200 OK"
    pinged = self_paying.http.post(f"{path}/test").json()
    assert (pinged["ok"], pinged["status"]) == (True, 200)
    (ping,) = receiver.requests
    assert (ping.path, ping.headers["Authorization"]) == ("/moved", "Basic dTpw")
    svix.Webhook(made["signingSecret"]).verify(ping.body, dict(ping.headers.items()))
    assert self_paying.http.put(f"{alias}/deactivate").text == "200 OK"
    foreign = f"{webhooks_path(other_seller)}/{made['id']}"
    assert other_seller.http.delete(foreign).status_code == 404
    assert self_paying.http.delete(alias).text == "200 OK"
    gone: list[httpx.Response] = [
        self_paying.http.delete(path),
        self_paying.http.put(f"{path}/activate"),
        self_paying.http.put(path, json={**body, "password": "p"}),
    ]
    assert [answer.status_code for answer in gone] == [404] * 3
    assert gone[0].json()["errors"][0]["key"] == "webhook.not.found"


@pytest.mark.parametrize("url", ["https://169.254.169.254/latest", "http://10.0.0.1/", "https://[::ffff:10.0.0.1]/"])
def test_a_webhook_may_not_point_into_a_private_network(self_paying: SellerClient, url: str) -> None:
    answer = self_paying.subscribe(url, "key")
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (400, "webhook.url.invalid")


def test_the_program_lists_and_replays_deliveries(
    stack: LocalStack, self_paying: SellerClient, receiver: Receiver, made: Document, tmp_path: Path
) -> None:
    write_local_json(StateDir(tmp_path).local_json, stack.base_url, stack.credentials)
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    receiver.wait_for(2, where=about(package))
    eventually(lambda: deliveries(self_paying, made["id"], state="delivered"), lambda found: len(found) == 2)
    seller = str(self_paying.seller.seller_id)

    def run(command: str, *arguments: str) -> Result:
        options = ["--seller", seller, "--state", str(tmp_path)]
        return CliRunner(env={"COLUMNS": "250"}).invoke(app, ["deliveries", command, made["id"], *arguments, *options])

    listed = run("list", "--order", package["orderNumber"])
    assert (listed.exit_code, listed.output.count("delivered")) == (0, 2)
    first = deliveries(self_paying, made["id"])[0]["id"]
    assert json.loads(run("show", first).output)["attemptLog"][0]["status"] == 200
    assert run("resend", first).output == "1 sent again.\n"
    receiver.wait_for(3, where=about(package))
    assert run("replay", "--order", package["orderNumber"]).output == "2 sent again; waiting messages are tried now.\n"
    assert len(receiver.wait_for(5, where=about(package))) == 5
    unknown = run("show", "bm9uZQ")
    assert (unknown.exit_code, "webhook.delivery.not.found" in unknown.output) == (1, True)


def test_the_program_lists_deliveries_of_a_channels_webhook(
    stack: LocalStack, self_paying: SellerClient, channel: ChannelClient, receiver: Receiver, tmp_path: Path
) -> None:
    write_local_json(StateDir(tmp_path).local_json, stack.base_url, stack.credentials)
    hook = channel.http.post("/v1/webhooks", json={"base_url": receiver.url}).raise_for_status().json()["id"]
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    receiver.wait_for(1)
    listed = CliRunner(env={"CLEAVE_STATE": str(tmp_path)}).invoke(app, ["deliveries", "list", hook, "--json"])
    assert [each["orderNumber"] for each in json.loads(listed.stdout)] == [package["orderNumber"]]
    channel.http.delete(f"/v1/webhooks/{hook}").raise_for_status()


def test_the_scheduled_function_wakes_what_is_due(stack: LocalStack, table: Table, made: Document) -> None:
    """The ring is not answered with a message, as if the function that rang had died."""
    track = TrackRef(made["id"], 3)
    assert ring(table, track, clock.now() - timedelta(seconds=1))
    functions = stack.deployment.session.client("lambda", endpoint_url=stack.deployment.endpoint)
    answer = functions.invoke(FunctionName=_name_of(functions, "Reconcile"), Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    eventually(lambda: table.get(track.key), lambda item: item is not None and "due" not in item)


def _name_of(functions: "LambdaClient", logical_id: str) -> str:
    pages = functions.get_paginator("list_functions").paginate()
    names = (each["FunctionName"] for page in pages for each in page["Functions"])
    return next(name for name in names if logical_id in name)
