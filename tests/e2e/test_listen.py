"""`cleave listen` against the running stack: what comes is shown and sent on as it is, and nothing is left behind."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.listening.records import left_over
from cleave_cli.main import app
from cleave_cli.paths import TOOLS, StateDir
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from standardwebhooks import Webhook
from typer.testing import CliRunner

from tests.support.samples import fresh_package
from tests.support.subscribing import webhooks_path

pytestmark = pytest.mark.machine

_READY = "Each is sent on to"
_SECRET = "They are signed with "


class Listening:
    """A process of ``cleave listen``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.notes: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            self.notes.append(line.strip())
            if line.startswith(_READY):
                break

    @property
    def secret(self) -> str:
        return next(line.removeprefix(_SECRET) for line in self.notes if line.startswith(_SECRET))

    def shown(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


@pytest.fixture
def state(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CLEAVE_BASE_URL", "CLEAVE_SELLER_ID"):
        monkeypatch.delenv(name, raising=False)
    write_local_json(tmp_path / "local.json", stack.base_url, stack.credentials)
    return tmp_path


@pytest.fixture
def listen(state: Path, receiver: Receiver) -> Iterator[Callable[..., Listening]]:
    with ExitStack() as cleanup:

        def start(*options: str) -> Listening:
            command = [str(TOOLS / "cleave"), "listen", "--json", "--forward-to", f"{receiver.url}/app", *options]
            process = subprocess.Popen(  # noqa: S603 - ours
                [*command, "--state", str(state)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            cleanup.callback(process.kill)
            return Listening(process)

        yield start


def webhooks(seller: SellerClient) -> list[str]:
    found = seller.http.get(webhooks_path(seller)).raise_for_status().json()
    return [each["id"] for each in found]


def cancel_one(seller: SellerClient) -> str:
    """Of a new order; answers its number."""
    package = fresh_package(20811, "DE", {"LAMP": 2}, seller_pays=True)
    assert seller.import_orders(package).is_success
    line = package["lines"][0]["lineId"]
    assert seller.cancel(package["shipmentPackageId"], [{"lineId": line, "quantity": 1}]).is_success
    number: str = package["orderNumber"]
    return number


@pytest.mark.parametrize("options", [(), ("--poll",)], ids=["received", "polled"])
def test_each_message_is_shown_and_sent_on_byte_for_byte(
    listen: Callable[..., Listening], self_paying: SellerClient, receiver: Receiver, options: tuple[str, ...]
) -> None:
    before = webhooks(self_paying)
    listening = listen(*options)
    assert len(webhooks(self_paying)) == len(before) + 1
    order = cancel_one(self_paying)
    ended, born = receiver.wait_for(2)
    for request in (ended, born):
        Webhook(listening.secret).verify(request.body, dict(request.headers.items()))
        shown = listening.shown()
        assert (request.method, request.path, shown["forwarded"]["status"]) == ("POST", "/app", 200)
        assert shown["body"].encode() == request.body
        kept = {name: value for name, value in shown["headers"].items() if name.startswith(("webhook", "Content-Type"))}
        assert kept == {name: request.headers[name] for name in kept}
        assert (len(kept), shown["orderNumber"]) == (5, order)
    assert [json.loads(each.body)["content"][0]["status"] for each in (ended, born)] == ["Cancelled", "Created"]
    assert listening.end(signal.SIGINT) == 0
    assert webhooks(self_paying) == before


def test_a_channels_messages_keep_their_method_and_path(
    listen: Callable[..., Listening], self_paying: SellerClient, channel: ChannelClient, receiver: Receiver
) -> None:
    listening = listen("--channel", "--event", "order-cancel")
    order = cancel_one(self_paying)
    request = next(each for each in receiver.wait_for(1) if order in each.body.decode())
    assert (request.method, request.path) == ("PUT", "/app/webhooks/order-cancel")
    Webhook(listening.secret).verify(request.body, dict(request.headers.items()))
    assert listening.shown()["event"] == "hepsiglobal.order-cancel"
    assert listening.end(signal.SIGTERM) == 0
    assert channel.http.get("/v1/webhooks").json() == []


def test_what_the_receiver_refuses_is_sent_again_as_by_a_real_webhook(
    listen: Callable[..., Listening], self_paying: SellerClient, receiver: Receiver
) -> None:
    answers = [Answer(503, {"Retry-After": "1"})]
    receiver.respond = lambda _: answers.pop() if answers else Answer()
    listening = listen("--event", "CANCELLED")
    cancel_one(self_paying)
    first, second = receiver.wait_for(2, timeout=90)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [listening.shown()["forwarded"]["status"] for _ in range(2)] == [503, 200]


def test_after_a_crash_the_next_listener_deletes_the_webhook(
    listen: Callable[..., Listening], self_paying: SellerClient, state: Path
) -> None:
    before = webhooks(self_paying)
    crashed = listen()
    assert crashed.end(signal.SIGKILL) == -signal.SIGKILL
    assert len(webhooks(self_paying)) == len(before) + 1
    assert len(left_over(StateDir(state))) == 1
    next_one = listen()
    assert any("Deleted what a listener that crashed had left: 1" in line for line in next_one.notes)
    assert len(webhooks(self_paying)) == len(before) + 1
    assert next_one.end(signal.SIGTERM) == 0
    assert (webhooks(self_paying), left_over(StateDir(state))) == (before, [])


def test_a_trigger_goes_where_it_forwards_to_signed_with_its_secret(
    listen: Callable[..., Listening], state: Path, receiver: Receiver
) -> None:
    listening = listen()
    printed = CliRunner().invoke(app, ["listen", "--print-secret", "--state", str(state)])
    assert printed.stdout.strip() == listening.secret
    assert CliRunner().invoke(app, ["trigger", "SHIPPED", "--state", str(state)]).exit_code == 0
    (request,) = receiver.requests
    Webhook(listening.secret).verify(request.body, dict(request.headers.items()))


def test_deliveries_of_a_webhook_that_exists_are_shown_from_a_time_on(
    listen: Callable[..., Listening], self_paying: SellerClient, receiver: Receiver
) -> None:
    made = self_paying.subscribe(f"{receiver.url}/own", "key").json()
    order = cancel_one(self_paying)
    receiver.wait_for(2)
    listening = listen("--webhook", made["id"], "--since", "10m")
    assert [listening.shown()["orderNumber"] for _ in range(2)] == [order, order]
    forwarded = receiver.wait_for(2, where=lambda request: request.path == "/app")
    assert [each.body for each in forwarded] == [each.body for each in receiver.requests[:2]]
    assert "x-api-key" not in forwarded[0].headers
    assert listening.end(signal.SIGINT) == 0
    assert made["id"] in webhooks(self_paying), "it is not ours to delete"
