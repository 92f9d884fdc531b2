"""A webhook that is made held, and messages that are read instead of received: what `cleave listen` lives on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.outbound.signing import signature_headers
from cleave.table.requests import Put
from cleave.table.table import Table
from cleave_cli.receiver import Receiver

from functions.activate_webhook.app import handler as activate
from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create
from functions.get_delivery.app import handler as get_delivery
from functions.get_webhook.app import handler as get_webhook
from functions.list_deliveries.app import handler as list_deliveries
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller

SELLER: dict[str, object] = {"sellerId": 20811}
CANCELLED = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
SIGNATURE = ("webhook-id", "webhook-timestamp", "webhook-signature", "webhook-sequence", "Content-Type")

type Load = Callable[[str], list[dict[str, Any]]]


def cancel(de_seller: Caller, load: Load, let_happen: Callable[[], None]) -> None:
    load("sample-orders")
    assert de_seller.call(cancel_package, CANCELLED, path={**SELLER, "packageId": 3330811901}).status == 200
    let_happen()


def messages(caller: Caller, path: dict[str, object]) -> list[dict[str, Any]]:
    """All of a webhook's, as they would be sent now."""
    deliveries = caller.call(list_deliveries, path=path).json["content"]
    asked = [
        caller.call(get_delivery, path={**path, "deliveryId": each["id"]}, query={"message": ["true"]})
        for each in deliveries
    ]
    return [each.json["message"] for each in asked]


def test_a_held_webhook_of_a_seller_is_told_nothing_and_its_messages_can_be_read(
    de_seller: Caller, load: Load, let_happen: Callable[[], None], receiver: Receiver, clock: FrozenClock
) -> None:
    asked = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "s3cret-key", "held": True}
    made = de_seller.call(create, asked, path=SELLER).json
    path = {**SELLER, "webhookId": made["id"]}
    shown = de_seller.call(get_webhook, path=path).json
    assert (shown["status"], shown["passiveReason"], shown["statusChanges"]) == ("PASSIVE", "held", [])
    cancel(de_seller, load, let_happen)

    read = messages(de_seller, path)
    listed = de_seller.call(list_deliveries, path=path).json["content"]
    assert receiver.requests == []
    assert [(each["state"], each["attempts"]) for each in listed] == [("waiting", 0), ("waiting", 0)]
    for each in read:
        assert set(each["headers"]) == {*SIGNATURE, "User-Agent"}, "no key of the receiver's"
        name, body = each["headers"]["webhook-id"], each["body"].encode()
        signed = signature_headers(name, clock(), body, [made["signingSecret"]])
        assert signed.items() <= each["headers"].items()
    assert de_seller.call(activate, path=path).status == 200
    let_happen()
    sent = [(each.method, each.body.decode(), [each.headers[name] for name in SIGNATURE]) for each in receiver.requests]
    assert sent == [(each["method"], each["body"], [each["headers"][name] for name in SIGNATURE]) for each in read]


def test_a_held_webhook_of_a_channel_says_on_which_path_each_message_goes(
    de_seller: Caller, channel: Caller, load: Load, let_happen: Callable[[], None], receiver: Receiver
) -> None:
    asked = {"base_url": f"{receiver.url}/api", "events": ["order-cancel", "create-shipment"], "held": "true"}
    made = channel.call(create_for_channel, asked).json
    path = {"webhookId": made["id"]}
    assert channel.call(get_webhook, path=path).json["passive_reason"] == "held"
    cancel(de_seller, load, let_happen)
    read = messages(channel, path)
    assert receiver.requests == []
    assert [(each["method"], each["path"]) for each in read] == [
        ("PUT", "/webhooks/order-cancel"),
        ("POST", "/webhooks/create-shipment"),
    ]
    assert json.loads(read[0]["body"])["cancel_quantity"] == 2


@pytest.fixture
def delivery(de_seller: Caller, load: Load, let_happen: Callable[[], None], receiver: Receiver) -> dict[str, object]:
    """The path of the first, to a webhook that is on."""
    asked = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "s3cret-key"}
    path = {**SELLER, "webhookId": de_seller.call(create, asked, path=SELLER).json["id"]}
    cancel(de_seller, load, let_happen)
    return {**path, "deliveryId": de_seller.call(list_deliveries, path=path).json["content"][0]["id"]}


def test_what_was_delivered_can_be_read_as_well_signed_as_of_now(
    de_seller: Caller, delivery: dict[str, object], clock: FrozenClock, receiver: Receiver
) -> None:
    clock.move(hours=3)
    message = de_seller.call(get_delivery, path=delivery, query={"message": ["true"]}).json["message"]
    assert message["body"] == receiver.requests[0].body.decode()
    assert int(message["headers"]["webhook-timestamp"]) == int(clock().timestamp())
    assert message["headers"]["webhook-id"] == receiver.requests[0].headers["webhook-id"]


def test_it_is_shown_only_if_it_is_asked_for(de_seller: Caller, delivery: dict[str, object]) -> None:
    for query in (None, {"message": ["false"]}):
        assert "message" not in de_seller.call(get_delivery, path=delivery, query=query).json
    odd = de_seller.call(get_delivery, path=delivery, query={"message": ["perhaps"]})
    assert (odd.status, "message: must be one of" in odd.json["errors"][0]["message"]) == (400, True)


def test_support_reads_no_message_for_it_could_be_sent_on(delivery: dict[str, object]) -> None:
    support = Caller("support", (), {})
    assert support.call(get_delivery, path=delivery).status == 200
    assert support.call(get_delivery, path=delivery, query={"message": ["true"]}).status == 403


def test_a_message_whose_event_is_damaged_is_null(table: Table, de_seller: Caller, delivery: dict[str, object]) -> None:
    for event in table.query("ORDER#10811190301", "EVENT#"):
        table.write([Put({**event, "document": "damaged"})])
    answer = de_seller.call(get_delivery, path=delivery, query={"message": ["true"]})
    assert (answer.status, answer.json["message"]) == (200, None)
