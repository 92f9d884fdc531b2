"""Units that went their own way, and who is told of what, over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.receiver import Received, Receiver

from tests.e2e.test_main_job import is_split, wait_for_packages
from tests.support.samples import Package, fresh_cancel_id, fresh_package
from tests.support.subscribing import webhooks_path

SELLER = 20811
type Rows = list[tuple[str, list[tuple[int, str]]]]


def load(seller: SellerClient, *statuses: str | None, **said: object) -> Package:
    """An Invoiced package of three lamps, and of a line of two trays for each status that is not the package's."""
    names = {"LAMP": 3} | {f"TRAY-{n}": 2 for n in range(1, len(statuses) + 1)}
    package = fresh_package(SELLER, "DE", names, seller_pays=True) | {"status": "Invoiced", **said}
    for line, status in zip(package["lines"], ("Invoiced", *statuses), strict=True):
        line["orderLineItemStatusName"] = status
    assert seller.import_orders(package).status_code == 200
    return package


def rows(packages: list[Package]) -> Rows:
    """Status, and quantity and status of each line; those that live come last."""
    found = [
        (each["status"], [(line["quantity"], line["orderLineItemStatusName"]) for line in each["lines"]])
        for each in packages
    ]
    return sorted(found, key=lambda each: each[0] not in {"Cancelled", "UnPacked"})


@pytest.mark.parametrize("word", ["Returned", "Delivered", "ReturnAccepted", "shipped"])
def test_units_that_have_left_are_nobodys_and_their_neighbours_leave_them_alone(
    self_paying: SellerClient, channel: ChannelClient, word: str
) -> None:
    package = load(self_paying, word)
    number, path = package["orderNumber"], f"{self_paying.orders_path.removesuffix('orders')}shipment-packages"
    lamp, tray = ({"lineId": line["lineId"], "quantity": 1} for line in package["lines"])
    path = f"{path}/{package['shipmentPackageId']}"
    body = {"lines": [tray], "reasonId": 500}
    refused = [
        self_paying.cancel(package["shipmentPackageId"], [tray]),
        self_paying.http.post(f"{path}/split", json={"orderLineIds": [tray["lineId"]]}),
        self_paying.http.post(f"{path}/multi-split", json={"splitGroups": [{"orderLineIds": [tray["lineId"]]}]}),
        channel.cancel(fresh_cancel_id(), number, f"{number}_TRAY-1"),
    ]
    assert {(each.status_code, each.json()["errors"][0]["key"]) for each in refused} == {
        (409, "line.quantity.exceeds.left")
    }
    assert self_paying.http.put(f"{path}/items/unsupplied/dry-run", json=body).json()["accepted"] is False
    assert self_paying.cancel(package["shipmentPackageId"], [lamp]).status_code == 200
    left = word.capitalize() if word.islower() else word
    assert rows(wait_for_packages(self_paying, number, is_split)) == [
        ("Cancelled", [(1, "UnSupplied"), (2, "UnPacked"), (2, "UnPacked")]),
        ("Created", [(2, "Created"), (2, left)]),
    ]


def hook(seller: SellerClient, receiver: Receiver, place: str, **wish: object) -> None:
    body = {"url": f"{receiver.url}/{place}", "apiKey": "k", **wish}
    assert seller.http.post(webhooks_path(seller), json=body).status_code == 200


def told(receiver: Receiver, number: str) -> dict[str, list[str]]:
    """The statuses that came to each place, of one order."""
    found: dict[str, list[str]] = {}
    for request in receiver.requests:
        content = json.loads(request.body)["content"]
        found.setdefault(request.path, []).extend(each["status"] for each in content if each["orderNumber"] == number)
    return found


def test_webhooks_are_told_of_their_countries_and_of_items(self_paying: SellerClient, receiver: Receiver) -> None:
    hook(self_paying, receiver, "items", subscribedStatuses=["UNSUPPLIED"])
    hook(self_paying, receiver, "packages", subscribedStatuses=["cancelled"])
    hook(self_paying, receiver, "here", countryCodes=["de"])
    hook(self_paying, receiver, "elsewhere", countryCodes=["AT", "CH"])
    package = load(self_paying)
    lamp = {"lineId": package["lines"][0]["lineId"], "quantity": 1}
    assert self_paying.cancel(package["shipmentPackageId"], [lamp]).status_code == 200
    receiver.wait_for(4)
    assert told(receiver, package["orderNumber"]) == {
        "/items": ["Cancelled"],
        "/packages": ["Cancelled"],
        "/here": ["Cancelled", "Created"],
    }


@pytest.fixture
def channels_hook(channel: ChannelClient, receiver: Receiver) -> Iterator[str]:
    events = ["create-shipment", "cancel-shipment", "order-cancel"]
    wish = {"base_url": receiver.url, "seller_ids": [SELLER], "events": events}
    webhook: str = channel.http.post("/v1/webhooks", json=wish).raise_for_status().json()["id"]
    yield webhook
    channel.http.delete(f"/v1/webhooks/{webhook}").raise_for_status()


def test_a_channel_is_told_of_shipments_in_order_with_cancelled_items(
    self_paying: SellerClient, receiver: Receiver, channels_hook: str
) -> None:
    del channels_hook
    package = load(self_paying)
    number, parent = package["orderNumber"], package["shipmentPackageId"]
    assert self_paying.cancel(parent, [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]).status_code == 200

    def is_ours(request: Received) -> bool:
        return number.encode() in request.body

    messages = receiver.wait_for(3, where=is_ours)
    bodies: list[dict[str, Any]] = [json.loads(each.body) for each in messages]
    assert [(each.method, each.path) for each in messages] == [
        ("PUT", "/webhooks/order-cancel"),
        ("PUT", "/webhooks/cancel-shipment"),
        ("POST", "/webhooks/create-shipment"),
    ]
    assert (bodies[0]["cancel_quantity"], bodies[1]["shipment_id"]) == (1, parent)
    assert bodies[1]["replaced_by"] == bodies[2]["shipment_id"]
    assert bodies[2]["items"] == [{"order_item_number": f"{number}_LAMP", "quantity": 2}]
    sequence = [int(each.headers["webhook-sequence"]) for each in messages]
    assert sequence == sorted(set(sequence))
