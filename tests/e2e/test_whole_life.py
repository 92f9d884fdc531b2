"""The life of a package over HTTP: moved on by exports, carriers, sellers and marketplaces."""

import json
from typing import Any

import httpx
import pytest
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.receiver import Receiver

from tests.e2e.test_main_job import import_package, is_split, units, wait_for_packages
from tests.support.samples import Package

BASE = "/integration/order/sellers/20811"


def path_of(package_id: int, rest: str) -> str:
    return f"{BASE}/shipment-packages/{package_id}{rest}"


def shown(seller: SellerClient, package: Package) -> list[Package]:
    """The order's packages, the oldest first."""
    found = seller.packages(package["orderNumber"])
    return sorted(found, key=lambda each: (each["status"] not in {"Cancelled", "UnPacked"}, each["shipmentPackageId"]))


def report(channel: ChannelClient, package_id: int, status: str) -> httpx.Response:
    path = f"/integration/test/order/sellers/20811/shipment-packages/{package_id}/status"
    return channel.http.put(path, json={"lines": [], "params": {}, "status": status})


def test_a_later_export_moves_a_package_on(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    moved = {**package, "status": "Shipped", "cargoDeci": 12, "lastModifiedDate": package["lastModifiedDate"] + 1}
    answer = self_paying.http.post(f"{BASE}/orders", json=moved)
    package_id = package["shipmentPackageId"]
    assert (answer.status_code, answer.json()) == (200, {"imported": [], "updated": [package_id], "unchanged": []})
    (found,) = shown(self_paying, package)
    assert (found["status"], found["cargoDeci"]) == ("Shipped", 12)
    line = {"lineId": package["lines"][0]["lineId"], "quantity": 1}
    assert self_paying.cancel(package_id, [line]).status_code == 409


def test_the_carriers_word_follows_a_cancel_to_the_package_that_is_left(
    self_paying: SellerClient, channel: ChannelClient, receiver: Receiver
) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    package_id, line_id = package["shipmentPackageId"], package["lines"][0]["lineId"]
    body = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "k", "subscribedStatuses": ["delivered"]}
    webhook = self_paying.http.post("/integration/webhook/sellers/20811/webhooks", json=body).json()["id"]
    assert self_paying.cancel(package_id, [{"lineId": line_id, "quantity": 1}]).status_code == 200
    found = wait_for_packages(self_paying, package["orderNumber"], is_split)
    assert units(found) == ({line_id: 1}, {line_id: 1})
    refused = report(channel, package_id, "Shipped")
    _, left = shown(self_paying, package)
    assert (refused.status_code, str(left["shipmentPackageId"]) in refused.text) == (409, True)
    for status in ("Shipped", "UnDelivered", "Delivered"):
        answer = report(channel, left["shipmentPackageId"], status)
        assert (answer.status_code, answer.json()) == (200, "200 OK")
    (told,) = receiver.wait_for(1)
    assert json.loads(told.body)["content"][0]["status"] == "Delivered"
    assert self_paying.http.delete(f"/integration/webhook/sellers/20811/webhooks/{webhook}").status_code == 200


def test_a_seller_who_delivers_itself_names_its_package_by_its_number(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 1})
    package_id = package["shipmentPackageId"]
    number = 7_000_000_000_000 + package_id % 10**12
    numbered = {**package, "cargoTrackingNumber": number, "lastModifiedDate": package["lastModifiedDate"] + 1}
    assert self_paying.http.post(f"{BASE}/orders", json=numbered).status_code == 200
    sets_out = {"isPhoneNumber": True, "trackingInfo": "5550000000", "params": {}}
    answers = [
        self_paying.http.put(f"{BASE}/manual-deliver/{number}"),
        self_paying.http.put(path_of(package_id, "/alternative-delivery"), json=sets_out),
        self_paying.http.put(f"{BASE}/manual-deliver/{number}"),
        self_paying.http.put(path_of(package_id, "/manual-deliver")),
        self_paying.http.put(path_of(package_id, "/manual-return")),
    ]
    assert [answer.status_code for answer in answers] == [404, 200, 200, 200, 409]


def test_a_marketplace_reports_shipments_and_items_in_its_own_words(
    self_paying: SellerClient, channel: ChannelClient
) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    package_id, number = package["shipmentPackageId"], package["orderNumber"]
    shipped = channel.http.put(f"/v1/shipments/{package_id}/status", json={"status": "shipped"})
    one = {"status": "delivered", "quantity": 1}
    delivered = channel.http.put(f"/v1/orders/{number}/order_items/{number}_LAMP/delivery", json=one)
    assert [(answer.status_code, answer.json()["data"]) for answer in (shipped, delivered)] == [(200, {})] * 2
    (found,) = shown(self_paying, package)
    rows = [(line["quantity"], line["orderLineItemStatusName"]) for line in found["lines"]]
    assert (found["status"], rows) == ("Shipped", [(1, "Delivered"), (1, "Shipped")])


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        ("split", {"orderLineIds": [0]}),
        ("multi-split", {"splitGroups": [{"orderLineIds": [0]}]}),
        ("quantity-split", {"quantitySplit": [{"orderLineId": 0, "quantities": [1]}]}),
        ("split-packages", {"splitPackages": [{"packageDetails": [{"orderLineId": 0, "quantities": 1}]}]}),
    ],
)
def test_the_older_split_paths_are_served(self_paying: SellerClient, rest: str, body: dict[str, Any]) -> None:
    package = import_package(self_paying, {"LAMP": 1, "TRAY": 1})
    text = json.dumps(body).replace("0", str(package["lines"][0]["lineId"]))
    path = f"/sapigw/suppliers/20811/shipment-packages/{package['shipmentPackageId']}/{rest}"
    answer = self_paying.http.post(path, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    wait_for_packages(self_paying, package["orderNumber"], lambda packages: len(packages) == 3)


def test_the_older_number_path_is_served_beside_the_official_ones(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 1})
    package_id = package["shipmentPackageId"]
    self_paying.http.put(path_of(package_id, ""), json={"status": "Picking"})
    fed = self_paying.http.put(path_of(package_id, "/update-tracking-number"), json={"trackingNumber": 7340447182689})
    assert (fed.status_code, fed.json()) == (200, {})
    (found,) = shown(self_paying, package)
    assert found["cargoSenderNumber"] == "7340447182689"
