"""A partial cancel accepted, split and told, on the deployed template, in both dialects."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.receiver import Answer, Receiver

from tests.support.samples import Package, fresh_cancel_id, fresh_package
from tests.support.shown import both_names

CLOSED = ("Cancelled", "UnPacked")


def import_package(seller: SellerClient, quantities: dict[str, int]) -> Package:
    """Load a new order of the seller."""
    credential = seller.seller
    pays = credential.store_front_code == "DE"
    package = fresh_package(credential.seller_id, credential.store_front_code, quantities, seller_pays=pays)
    answer = seller.import_orders(package)
    assert (answer.status_code, answer.json()["imported"]) == (200, [package["shipmentPackageId"]])
    return package


def wait_for_packages(
    seller: SellerClient, order_number: str, ready: Callable[[list[Package]], bool], seconds: float = 20
) -> list[Package]:
    """Poll the order until it is as it should be."""
    deadline = time.monotonic() + seconds
    while not ready(packages := seller.packages(order_number)):
        assert time.monotonic() < deadline, f"after {seconds} s: {packages}"
        time.sleep(0.1)
    return packages


def units(packages: list[Package]) -> tuple[dict[int, int], dict[int, int]]:
    """Cancelled and live units by line."""
    cancelled: dict[int, int] = {}
    live: dict[int, int] = {}
    for package in packages:
        for line in package["lines"]:
            if package["status"] not in CLOSED:
                live[line["lineId"]] = live.get(line["lineId"], 0) + line["quantity"]
            elif line["orderLineItemStatusName"] == "UnSupplied":
                cancelled[line["lineId"]] = cancelled.get(line["lineId"], 0) + line["quantity"]
    return cancelled, live


def is_split(packages: list[Package]) -> bool:
    return len(packages) == 2


def test_a_partial_cancel_is_split_and_told_where_the_marketplace_pays(
    other_seller: SellerClient, receiver: Receiver
) -> None:
    assert other_seller.subscribe(receiver.url, "receiver-key").status_code == 200
    package = import_package(other_seller, {"LAMP": 3, "TRAY": 1})
    lamp = package["lines"][0]["lineId"]

    answer = other_seller.cancel(package["shipmentPackageId"], [{"lineId": lamp, "quantity": 2}])

    assert (answer.status_code, answer.content) == (200, b"")
    new, old = wait_for_packages(other_seller, package["orderNumber"], is_split)
    new, old = (new, old) if old["status"] == "Cancelled" else (old, new)
    assert (old["shipmentPackageId"], old["status"]) == (package["shipmentPackageId"], "Cancelled")
    assert (new["status"], new["createdBy"]) == ("Created", "cancel")
    assert new["originPackageIds"] == [package["shipmentPackageId"]]
    assert new["cargoTrackingNumber"] not in {None, package["cargoTrackingNumber"]}
    assert (new["packageTotalPrice"], new["packageGrossAmount"]) == (54.0, 60.0)
    told = receiver.wait_for(2, where=lambda request: package["orderNumber"].encode() in request.body)
    assert [json.loads(request.body)["content"] for request in told] == [[old], [new]]
    assert [request.headers["webhook-sequence"] for request in told] == ["1", "2"]
    assert {request.headers["x-api-key"] for request in told} == {"receiver-key"}


def test_a_seller_who_pays_gets_a_package_without_tracking_number(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    line_id = package["lines"][0]["lineId"]
    self_paying.cancel(package["shipmentPackageId"], [{"lineId": line_id, "quantity": 1}])
    packages = wait_for_packages(self_paying, package["orderNumber"], is_split)
    new = next(each for each in packages if each["status"] == "Created")
    assert ("cargoTrackingNumber" in new, new["whoPays"]) == (False, 1)


def test_a_whole_cancel_makes_nothing_new(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    line_id = package["lines"][0]["lineId"]
    self_paying.cancel(package["shipmentPackageId"], [{"lineId": line_id, "quantity": 2}])
    number = package["orderNumber"]
    (only,) = wait_for_packages(self_paying, number, lambda packages: packages[0]["status"] == "Cancelled")
    assert [(line["orderLineItemStatusName"], line["cancelReasonCode"]) for line in only["lines"]] == [
        ("UnSupplied", 500)
    ]


def test_hepsiglobals_cancel_takes_units_of_the_same_packages(
    channel: ChannelClient, other_seller: SellerClient
) -> None:
    package = import_package(other_seller, {"LAMP": 3})
    number = package["orderNumber"]
    cancel_id = fresh_cancel_id()
    answer = channel.cancel(cancel_id, number, f"{number}_LAMP", 2)
    assert (answer.status_code, answer.json()) == (200, {})
    again = channel.cancel(cancel_id, number, f"{number}_LAMP", 2)
    assert (again.status_code, again.json()) == (200, {})
    cancelled, live = units(wait_for_packages(other_seller, number, is_split))
    assert (list(cancelled.values()), list(live.values())) == ([2], [1])
    reused = channel.cancel(cancel_id, number, f"{number}_LAMP", 1)
    assert (reused.status_code, reused.headers["content-type"]) == (422, "application/problem+json")


def test_many_items_are_accepted_or_refused_together(channel: ChannelClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 1, "TRAY": 1})
    number = package["orderNumber"]

    def item(cancel_id: int, sku: str) -> dict[str, Any]:
        fields = {"cancel_id": cancel_id, "order_number": number, "cancel_quantity": 1, "reason": "out_of_stock"}
        return {**fields, "order_item_number": f"{number}_{sku}"}

    lamp, nothing, tray = fresh_cancel_id(), fresh_cancel_id(), fresh_cancel_id()
    body = {"cancel_items": [item(lamp, "LAMP"), item(nothing, "NOTHING")]}
    refused = channel.http.put("/webhooks/order-cancel", json=body)
    assert refused.status_code == 404
    assert refused.json()["errors"][0]["field"] == "cancel_items.1.order_item_number"
    assert other_seller.packages(number) == [both_names(package)]
    body = {"cancel_items": [item(lamp, "LAMP"), item(tray, "TRAY")]}
    assert channel.http.put("/webhooks/order-cancel", json=body).json() == {}
    wait_for_packages(other_seller, number, lambda packages: packages[0]["status"] == "Cancelled")


def test_of_many_at_once_exactly_as_many_win_as_there_are_units(
    self_paying: SellerClient, channel: ChannelClient
) -> None:
    package = import_package(self_paying, {"LAMP": 3})
    line_id, number = package["lines"][0]["lineId"], package["orderNumber"]

    def by_seller(attempt: int) -> httpx.Response:
        headers = {"Idempotency-Key": f"{number}-{attempt}"}
        path = f"/integration/order/sellers/20811/shipment-packages/{package['shipmentPackageId']}/items/unsupplied"
        body = {"lines": [{"lineId": line_id, "quantity": 1}], "reasonId": 500}
        return self_paying.http.put(path, json=body, headers=headers)

    def by_channel(attempt: int) -> httpx.Response:
        del attempt
        return channel.cancel(fresh_cancel_id(), number, f"{number}_LAMP")

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(by_seller if n % 2 else by_channel, n) for n in range(12)]
        statuses = [call.result().status_code for call in calls]
    # A seller names the package; once that was split, its cancel is refused, and HepsiGlobal's find the units.
    accepted = statuses.count(200)
    assert set(statuses) <= {200, 404, 409}
    assert 1 <= accepted <= 3
    packages = wait_for_packages(self_paying, number, lambda found: sum(units(found)[0].values()) == accepted)
    cancelled, live = units(packages)
    assert cancelled.get(line_id, 0) + live.get(line_id, 0) == 3


def test_a_retry_after_the_split_changes_nothing(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    self_paying.cancel(package["shipmentPackageId"], lines)
    packages = wait_for_packages(self_paying, package["orderNumber"], is_split)
    assert self_paying.cancel(package["shipmentPackageId"], lines).status_code == 200
    other = self_paying.cancel(package["shipmentPackageId"], lines, reason_id=501)
    new = next(each for each in packages if each["status"] == "Created")
    assert (other.status_code, other.json()["errors"][0]["key"]) == (409, "shipment.package.replaced")
    assert str(new["shipmentPackageId"]) in other.json()["errors"][0]["message"]
    assert self_paying.packages(package["orderNumber"]) == packages


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "x", "1.5", True, None, 10**30])
def test_a_quantity_that_is_none_is_refused_with_its_field(self_paying: SellerClient, quantity: object) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": quantity}]
    answer = self_paying.cancel(package["shipmentPackageId"], lines)
    assert answer.status_code == 400
    assert set(answer.json()) == {"timestamp", "exception", "errors"}
    assert answer.json()["errors"][0]["message"].startswith("lines.0.quantity: ")
    assert self_paying.packages(package["orderNumber"]) == [both_names(package)]


def test_bodies_that_are_no_requests_are_refused(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    path = f"/integration/order/sellers/20811/shipment-packages/{package['shipmentPackageId']}/items/unsupplied"
    not_json = self_paying.http.put(path, content=b"\xff{", headers={"Content-Type": "application/json"})
    assert (not_json.status_code, not_json.json()["errors"][0]["key"]) == (400, "body.not.json")
    too_large = self_paying.http.put(path, content=b'{"note": "' + b"x" * 70_000 + b'"}')
    assert (too_large.status_code, too_large.json()["errors"][0]["key"]) == (413, "body.too.large")


def test_only_valid_credentials_are_let_in(anonymous: httpx.Client, self_paying: SellerClient) -> None:
    path = self_paying.orders_path
    seller = self_paying.seller
    for auth in (None, (seller.api_key, "wrong"), ("nobody", seller.api_secret)):
        assert anonymous.get(path, auth=auth, params={"orderNumber": "1"}).status_code == 401
    for header in ("Bearer x.y.z", "Basic !", "Basic", "Digest a", ""):
        assert anonymous.get(path, headers={"Authorization": header}).status_code == 401


def test_a_seller_sees_nothing_of_another(self_paying: SellerClient, other_seller: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    foreign = other_seller.http.get(self_paying.orders_path, params={"orderNumber": package["orderNumber"]})
    missing = other_seller.http.get("/integration/order/sellers/1/orders", params={"orderNumber": "1"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["errors"] == missing.json()["errors"]
    assert other_seller.packages(package["orderNumber"]) == []
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    assert other_seller.cancel(package["shipmentPackageId"], lines).status_code == 404


def test_a_receiver_that_fails_does_not_hold_up_the_splits(other_seller: SellerClient, receiver: Receiver) -> None:
    receiver.respond = lambda _: Answer(500)
    other_seller.subscribe(receiver.url, "receiver-key")
    package = import_package(other_seller, {"LAMP": 2})
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    other_seller.cancel(package["shipmentPackageId"], lines)
    wait_for_packages(other_seller, package["orderNumber"], is_split)
    assert receiver.wait_for(1, where=lambda request: package["orderNumber"].encode() in request.body)
