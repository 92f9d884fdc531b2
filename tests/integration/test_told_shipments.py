"""A channel may be told of shipments beside cancelled items, in order with them; a seller of some countries alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_channel_webhook
from functions.create_order.app import handler as create_order
from functions.create_webhook.app import handler as create_webhook
from functions.get_shipment_packages_stream.app import handler as walk
from functions.import_orders.app import handler as import_orders
from functions.list_channel_webhooks.app import handler as list_channel_webhooks
from functions.list_webhooks.app import handler as list_webhooks
from functions.order_cancel.app import handler as order_cancel
from functions.report_shipment.app import handler as report_shipment
from functions.report_status.app import handler as report_status
from functions.split_package.app import handler as split_package
from functions.update_webhook.app import handler as update_webhook
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample

ID, TRAYS, LAMP = 3330811901, 4765081101, 4765081102
SELLER = {"sellerId": 20811}
PACKAGE = {**SELLER, "packageId": ID}
ALL = ["order-cancel", "create-shipment", "cancel-shipment", "shipment-status"]
MARKETPLACE = Caller("channel", (20811, 20812), {})

type Told = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def loaded(table: Table, de_seller: Caller) -> dict[str, Any]:
    del table
    package: dict[str, Any] = sample("sample-orders")["content"][0]
    assert de_seller.call(import_orders, package, path=SELLER).status == 200
    return package


def subscribe(channel: Caller, receiver: Receiver, events: list[str] | None) -> None:
    body = {"base_url": receiver.url, **({} if events is None else {"events": events})}
    assert channel.call(create_channel_webhook, body).status == 201


def told(receiver: Receiver) -> Told:
    """Method, what is behind the webhook's address, and body of each message."""
    base = receiver.url.split("/", 3)[-1]
    return [
        (each.method, each.path.removeprefix(f"/{base}"), json.loads(each.body)) for each in receiver.requests
    ]  # fmt: skip


def cancel(seller: Caller, line_id: int, quantity: int) -> Answer:
    body = {"lines": [{"lineId": line_id, "quantity": quantity}], "reasonId": 500}
    return seller.call(cancel_package, body, path=PACKAGE)


def test_a_channel_is_told_of_the_old_shipment_and_the_new_one_in_order_with_the_cancelled_item(
    loaded: dict[str, Any],
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    channel: Caller,
) -> None:
    del loaded
    subscribe(channel, receiver, ALL)
    assert cancel(de_seller, TRAYS, 1).status == 200
    let_happen()
    cancelled, ended, born = told(receiver)
    assert cancelled[:2] == ("PUT", "/webhooks/order-cancel")
    successor = ended[2]["replaced_by"]
    assert ended == (
        "PUT",
        "/webhooks/cancel-shipment",
        {"shipment_id": ID, "order_number": "10811190301", "replaced_by": successor, "reason": "out_of_stock"},
    )
    items = [
        {"order_item_number": "10811190301_SKU-TRAY-GREEN", "quantity": 2},
        {"order_item_number": "10811190301_SKU-LAMP", "quantity": 1},
    ]
    body = {"shipment_id": successor, "order_number": "10811190301", "tracking": [], "items": items}
    assert born == ("POST", "/webhooks/create-shipment", body)
    numbers = [int(each.headers["webhook-sequence"]) for each in receiver.requests]
    assert numbers == [1, 2, 3]


def test_a_channel_hears_how_far_a_shipment_is(
    loaded: dict[str, Any], let_happen: Callable[[], None], receiver: Receiver, channel: Caller
) -> None:
    del loaded
    subscribe(channel, receiver, ["shipment-status"])
    MARKETPLACE.call(report_status, {"status": "AtCollectionPoint", "lines": [], "params": {}}, path=PACKAGE)
    let_happen()
    moved = {
        "shipment_id": ID,
        "order_number": "10811190301",
        "status": "at_collection_point",
        "tracking_number": "7280811901000001",
        "occurred_at": "2026-10-18T09:00:00.000+00:00",
    }
    assert told(receiver) == [("PUT", "/webhooks/shipment-status", moved)]


def test_a_channel_hears_when_a_status_was_entered_and_not_when_it_was_reported(
    loaded: dict[str, Any], let_happen: Callable[[], None], receiver: Receiver, channel: Caller
) -> None:
    del loaded
    subscribe(channel, receiver, ["shipment-status"])
    body = {"status": "shipped", "tracking_number": "7280811901000009", "occurred_at": "2026-10-18T10:59:30.5+03:00"}
    assert channel.call(report_shipment, body, path={"shipmentId": ID}).status == 200
    let_happen()
    ((_, _, moved),) = told(receiver)
    heard = {"status": "shipped", "tracking_number": "7280811901000009", "occurred_at": "2026-10-18T07:59:30.500+00:00"}
    assert moved == {"shipment_id": ID, "order_number": "10811190301", **heard}


def test_a_split_ends_one_shipment_and_begins_several(
    loaded: dict[str, Any], let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller, channel: Caller
) -> None:
    del loaded
    subscribe(channel, receiver, ["create-shipment", "cancel-shipment"])
    answer = de_seller.call(split_package, {"orderLineIds": [LAMP]}, path=PACKAGE)
    let_happen()
    (_, _, ended), (_, _, first), (_, _, second) = told(receiver)
    assert (ended["replaced_by"], ended["reason"]) == (first["shipment_id"], "split")
    assert first["shipment_id"] == answer.json["newPackageId"]
    assert [each["quantity"] for each in (*first["items"], *second["items"])] == [1, 3]


def test_a_new_order_is_a_new_shipment_and_a_channels_own_cancel_ends_it(
    let_happen: Callable[[], None], receiver: Receiver, channel: Caller
) -> None:
    subscribe(channel, receiver, ALL)
    item = {"item_number": "N1_A", "company_id": 20811, "sku": "A", "quantity": 1, "unit_product_price": 5}
    body = {"order_number": "N1", "order_date": "2026-10-18T08:30:00Z", "order_items": [item]}
    made = channel.call(create_order, body).json["data"]["packages"][0]["package_id"]
    let_happen()
    own = {"cancel_id": 5, "order_number": "N1", "order_item_number": "N1_A", "cancel_quantity": 1}
    assert channel.call(order_cancel, {**own, "reason": "customer_demand"}).status == 200
    let_happen()
    (method, path, born), (_, other, ended) = told(receiver)
    assert (method, path, born["shipment_id"]) == ("POST", "/webhooks/create-shipment", made)
    assert born["tracking"][0]["tracking_number"].isdigit()
    assert (other, ended) == (
        "/webhooks/cancel-shipment",
        {"shipment_id": made, "order_number": "N1", "replaced_by": None, "reason": "customer_demand"},
    )


def test_without_a_choice_a_channel_is_told_of_cancelled_items_alone(
    loaded: dict[str, Any], let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller, channel: Caller
) -> None:
    del loaded
    subscribe(channel, receiver, None)
    cancel(de_seller, TRAYS, 1)
    let_happen()
    assert [path for _, path, _ in told(receiver)] == ["/webhooks/order-cancel"]
    assert channel.call(list_channel_webhooks).json[0]["events"] == ["order-cancel"]


def test_what_is_no_event_is_refused(let_happen: Callable[[], None], receiver: Receiver, channel: Caller) -> None:
    del let_happen
    answer = channel.call(create_channel_webhook, {"base_url": receiver.url, "events": ["order-cancel", "refund"]})
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "events.1")


def webhook(receiver: Receiver, **more: object) -> dict[str, Any]:
    return {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "k", **more}


def test_a_webhook_is_told_of_orders_of_its_countries_alone(
    let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller
) -> None:
    made = de_seller.call(create_webhook, webhook(receiver, countryCodes=["ro", " AT "]), path=SELLER)
    assert made.status == 200
    countries = {1: "DE", 2: "RO", 3: "AT", 4: None}
    for number, country in countries.items():
        package = sample("sample-orders")["content"][0] | {"shipmentPackageId": number, "orderNumber": str(number)}
        package["orderCountryCode"] = country
        assert de_seller.call(import_orders, package, path=SELLER).status == 200
        path = {**SELLER, "packageId": number}
        assert MARKETPLACE.call(report_status, {"status": "Shipped"}, path=path).status == 200
    let_happen()
    assert [body["content"][0]["shipmentPackageId"] for _, _, body in told(receiver)] == [2, 3]
    (listed,) = de_seller.call(list_webhooks, path=SELLER).json
    assert listed["countryCodes"] == ["AT", "RO"]
    path = {**SELLER, "webhookId": made.json["id"]}
    assert de_seller.call(update_webhook, webhook(receiver), path=path).status == 200
    (listed,) = de_seller.call(list_webhooks, path=SELLER).json
    assert "countryCodes" not in listed


@pytest.mark.usefixtures("token_secret")
def test_a_walk_by_item_statuses_finds_packages_by_their_items(
    loaded: dict[str, Any], let_happen: Callable[[], None], de_seller: Caller
) -> None:
    del loaded

    def found(statuses: str) -> list[int]:
        answer = de_seller.call(walk, path=SELLER, query={"packageItemStatuses": [statuses]})
        return [each["shipmentPackageId"] for each in answer.json["content"]]

    assert MARKETPLACE.call(report_status, lines(LAMP, "Returned"), path=PACKAGE).status == 200
    assert (found("Returned"), found("UnSupplied"), found("Created")) == ([ID], [], [ID])
    cancel(de_seller, TRAYS, 1)
    let_happen()
    (successor,) = found("Created")
    assert (found("UnSupplied"), found("UnPacked,SomeWord")) == ([ID], [ID])
    assert (found("Returned"), found("Delivered")) == ([successor], [])
    path = {**SELLER, "packageId": successor}
    assert MARKETPLACE.call(report_status, {"status": "Returned"}, path=path).status == 200
    assert (found("Created"), found("Returned")) == ([], [successor])


def lines(line_id: int, status: str) -> dict[str, Any]:
    return {"status": status, "lines": [{"lineId": line_id, "quantity": 1}], "params": {}}
