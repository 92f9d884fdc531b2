"""The examples of docs/webhooks.md are what the service takes, sends and answers."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cleave.application.operate.reconcile import reconcile
from cleave.entry import resources
from cleave.outbound import resources as outbound
from cleave.outbound.signing import signature_headers
from cleave.table.table import Table
from cleave_cli.receiver import Answer, Received, Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create
from functions.deactivate_webhook.app import handler as deactivate
from functions.get_delivery.app import handler as get_delivery
from functions.get_webhook.app import handler as get_webhook
from functions.list_deliveries.app import handler as list_deliveries
from functions.ping_webhook.app import handler as ping
from functions.replay_deliveries.app import handler as replay
from functions.rotate_webhook_secret.app import handler as rotate
from tests.integration.conftest import FrozenClock
from tests.support.examples import examples, is_part_of, shape
from tests.support.gateway import Caller
from tests.support.template import ROOT, template

TEXT = (ROOT / "docs" / "webhooks.md").read_text()
EXAMPLES = examples(TEXT)
SELLER = {"sellerId": 20811}


def body_of(requests: list[Received], method: str) -> object:
    return json.loads(next(each.body for each in requests if each.method == method))


def test_what_is_asked_for_what_arrives_and_what_is_answered_is_as_documented(  # noqa: PLR0913, PLR0917 - fixtures
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    channel: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> None:
    asked, asked_by_channel = EXAMPLES["seller asks"], EXAMPLES["channel asks"]
    made = de_seller.call(create, {**asked, "url": receiver.url}, path=SELLER)
    made_for_channel = channel.call(create_for_channel, {**asked_by_channel, "base_url": receiver.url})
    load("sample-orders")
    path: dict[str, object] = {**SELLER, "webhookId": made.json["id"]}
    cancelled = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
    assert de_seller.call(cancel_package, cancelled, path={**SELLER, "packageId": 3330811901}).status == 200
    refusals = [Answer(503, body=b"try later")]
    receiver.respond = lambda request: refusals.pop() if refusals and request.method == "POST" else Answer(200)
    let_happen()
    clock.move(seconds=10)
    reconcile(table, outbound.worker(60), clock())
    let_happen()

    assert [shape(made.json), shape(made_for_channel.json)] == [
        shape(EXAMPLES["seller gets"]),
        shape(EXAMPLES["channel gets"]),
    ]
    assert is_part_of(EXAMPLES["a package arrives"], body_of(receiver.requests, "POST"))
    assert EXAMPLES["a cancel arrives"] == body_of(receiver.requests, "PUT")
    listed = de_seller.call(list_deliveries, path=path, query={"size": ["1"]}).json
    assert shape(listed) == shape(EXAMPLES["deliveries"])
    one = de_seller.call(get_delivery, path={**path, "deliveryId": listed["content"][0]["id"]}).json
    assert shape(one) == shape({**listed["content"][0], **EXAMPLES["attempts"]})
    assert [each["answer"] for each in one["attemptLog"]] == ["try later", ""]
    named = {**path, "deliveryId": listed["content"][0]["id"]}
    message = de_seller.call(get_delivery, path=named, query={"message": ["true"]}).json["message"]
    assert shape(EXAMPLES["message"]) == {"message": shape(message)}
    clock.move(minutes=1)
    replayed = de_seller.call(replay, EXAMPLES["replay asks"], path=path)
    assert (replayed.status, replayed.json) == (202, {"resent": 2, "hasMore": False, "nextCursor": None})
    assert replayed.json.keys() == EXAMPLES["replay gets"].keys()
    assert shape(de_seller.call(ping, path=path).json) == shape(EXAMPLES["test"])
    assert shape(de_seller.call(rotate, path=path).json) == shape(EXAMPLES["secret"])
    off = de_seller.call(lambda event, context: {**deactivate(event, context), "body": ""}, path=path)
    assert off.status == 200
    assert shape(de_seller.call(get_webhook, path=path).json) == shape(EXAMPLES["one"])


def test_every_example_is_compared_here() -> None:
    assert len(EXAMPLES) == TEXT.count("```json")
    compared = set(re.findall(r"EXAMPLES\[\"(.*?)\"\]", Path(__file__).read_text()))
    assert set(EXAMPLES) == compared - {"(.*?)"}


def test_the_documented_signature_is_the_right_one() -> None:
    secret = EXAMPLES["secret"]["signingSecret"]
    at = datetime.fromtimestamp(1792314000, UTC)
    headers = signature_headers("20811-10811190301-2", at, b"{}", [secret])
    assert f"```text\n{headers['webhook-signature']}\n```" in TEXT


def test_the_documented_schedule_is_the_templates(clock: FrozenClock) -> None:
    del clock
    assert f"`{template()['Parameters']['RetrySchedule']['Default']}`" in TEXT
    assert resources.Settings(table_name="").retry_schedule == template()["Parameters"]["RetrySchedule"]["Default"]
