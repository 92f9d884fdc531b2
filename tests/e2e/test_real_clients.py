"""Clients that strangers have published for the marketplace's API work against Cleave by changing the base URL.

``trendyol-api-python-sdk`` (PyPI) lists packages and feeds tracking numbers, by the older paths; ``trendyol-api`` (npm)
lists packages. What their own methods lack is sent through their own transport: their headers, credentials, encoding
and reading of answers. Neither sends a storeFrontCode, so the seller is one of Türkiye.
"""

import re
import time
from typing import Any

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.receiver import Receiver

from tests.e2e.test_main_job import import_package, is_split, units, wait_for_packages
from tests.support.clients import NpmClient, Outcome, PythonClient, RealClient
from tests.support.samples import Package, fresh_package

pytestmark = pytest.mark.machine

EMPTY = Outcome(200, {})


def older(package: Package) -> str:
    return f"/sapigw/suppliers/{package['supplierId']}/shipment-packages/{package['shipmentPackageId']}"


def official(package: Package, rest: str) -> str:
    path = f"/integration/order/sellers/{package['supplierId']}/shipment-packages"
    return f"{path}/{package['shipmentPackageId']}{rest}"


def asked(package: Package, quantity: int) -> list[dict[str, Any]]:
    return [{"lineId": line["lineId"], "quantity": quantity} for line in package["lines"]]


def live(packages: list[Package]) -> Package:
    (found,) = [package for package in packages if package["status"] not in {"Cancelled", "UnPacked"}]
    return found


def test_it_lists_one_order_whole(client: RealClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 1})
    content = other_seller.packages(package["orderNumber"])
    page = {"totalElements": 1, "totalPages": 1, "page": 0, "size": 50, "content": content}
    assert client.orders(orderNumber=package["orderNumber"]) == Outcome(200, page)
    assert content[0]["shipmentPackageId"] == package["shipmentPackageId"]


def test_it_lists_packages_by_id_status_and_page(client: RealClient, other_seller: SellerClient) -> None:
    """Both clients make something of a list of ids, and not the same."""
    ids = [import_package(other_seller, {"LAMP": 1})["shipmentPackageId"] for _ in range(3)]
    order = {"orderByField": "PackageLastModifiedDate", "orderByDirection": "ASC"}
    last = client.orders(shipmentPackageIds=ids, status="Created", page=1, size=2, **order).data
    assert [each["shipmentPackageId"] for each in last.pop("content")] == ids[2:]
    assert last == {"totalElements": 3, "totalPages": 2, "page": 1, "size": 2}
    by_comma = client.orders(shipmentPackageIds=",".join(str(each) for each in ids), status="Picking")
    assert (by_comma.status, by_comma.data["content"]) == (200, [])


def test_it_moves_a_package_on_and_cancels_a_part_of_it(client: RealClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 3})
    line_id = package["lines"][0]["lineId"]
    invoiced = {"status": "Invoiced", "lines": asked(package, 3), "params": {"invoiceNumber": "EME2018000025208"}}
    tracking = {"trackingNumber": "7340447182689"}
    number = f"/sapigw/suppliers/{package['supplierId']}/{package['shipmentPackageId']}/update-tracking-number"
    assert client.send("PUT", older(package), {"status": "Picking", "lines": asked(package, 3), "params": {}}) == EMPTY
    assert client.send("PUT", older(package), invoiced) == EMPTY
    assert client.send("PUT", number, tracking) == EMPTY
    (shown,) = client.orders(orderNumber=package["orderNumber"]).data["content"]
    fields = ("status", "invoiceNumber", "cargoSenderNumber")
    assert [shown[name] for name in fields] == ["Invoiced", "EME2018000025208", "7340447182689"]

    cancel = {"status": "UnSupplied", "lines": asked(package, 1), "params": {}}
    assert client.send("PUT", older(package), cancel) == EMPTY
    wait_for_packages(other_seller, package["orderNumber"], is_split)
    found = client.orders(orderNumber=package["orderNumber"]).data["content"]
    assert units(found) == ({line_id: 1}, {line_id: 2})
    assert live(found)["originPackageIds"] == [package["shipmentPackageId"]]

    rest = {"lines": asked(package, 2), "reasonId": 501}
    path = official(live(found), "/items/unsupplied").replace("/order/", "/oms/core/")
    assert client.send("PUT", path, rest) == EMPTY
    wait_for_packages(other_seller, package["orderNumber"], lambda all_: {p["status"] for p in all_} == {"Cancelled"})
    assert units(client.orders(orderNumber=package["orderNumber"]).data["content"]) == ({line_id: 3}, {})


def test_it_splits_a_package(client: RealClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 3})
    line_id = package["lines"][0]["lineId"]
    body = {"quantitySplit": [{"orderLineId": line_id, "quantities": [2]}]}
    outcome = client.send("POST", official(package, "/quantity-split"), body)
    (new_id,) = outcome.data["newPackageIds"]
    assert outcome == Outcome(200, {"newPackageIds": [new_id]})
    wait_for_packages(other_seller, package["orderNumber"], lambda packages: len(packages) == 3)
    (made,) = client.orders(shipmentPackageIds=new_id).data["content"]
    assert (made["createdBy"], made["lines"][0]["quantity"]) == ("split", 2)


def test_it_subscribes_and_is_told(client: RealClient, other_seller: SellerClient, receiver: Receiver) -> None:
    path = f"/integration/webhook/sellers/{other_seller.seller.seller_id}/webhooks"
    body = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "k", "subscribedStatuses": ["PICKING"]}
    created = client.send("POST", path, body)
    listed = client.send("GET", path).data
    assert (created.status, created.data["id"]) == (200, listed[-1]["id"])
    assert (listed[-1]["url"], listed[-1]["subscribedStatuses"]) == (receiver.url, ["PICKING"])
    package = import_package(other_seller, {"LAMP": 1})
    assert client.send("PUT", older(package), {"status": "Picking"}) == EMPTY
    (request,) = receiver.wait_for(1, where=lambda request: package["orderNumber"].encode() in request.body)
    assert request.headers["x-api-key"] == "k"


def test_a_refusal_reaches_its_caller(client: RealClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 1})
    outcome = client.send("PUT", older(package), {"status": "UnSupplied", "lines": asked(package, 2)})
    assert (outcome.status, outcome.data["exception"]) == (409, "ClientApiBusinessException")
    message = f"lines.0.quantity: line {package['lines'][0]['lineId']} has 1 units left, 2 were asked for"
    assert outcome.data["errors"] == [{"key": "line.quantity.exceeds.left", "message": message, "errorCode": ""}]


def test_the_python_client_feeds_a_tracking_number(python: PythonClient, other_seller: SellerClient) -> None:
    package = import_package(other_seller, {"LAMP": 1})
    assert python.send("PUT", older(package), {"status": "Picking"}) == EMPTY
    assert python.service.update_tracking_number(package["shipmentPackageId"], "7340447182689") == {}
    (shown,) = other_seller.packages(package["orderNumber"])
    assert shown["cargoSenderNumber"] == "7340447182689"


def test_the_python_clients_own_update_never_reaches_a_server(python: PythonClient) -> None:
    """It puts the body into itself; so the path is called through the client's transport above."""
    with pytest.raises(ValueError, match="Circular reference"):
        python.service.update_shipment_package(1, "Picking")


def test_no_method_of_the_python_client_that_sends_something_is_left_out(python: PythonClient) -> None:
    """Those that send nothing are placeholders; tests/e2e/test_real_requests.py sends what they would."""
    methods = {name: method for name, method in vars(type(python.service)).items() if not name.startswith("_")}
    sending = {name for name, method in methods.items() if "call" in method.__code__.co_names}
    assert sending == {"get_shipment_packages", "update_tracking_number", "update_shipment_package"}
    assert all(method.__code__.co_consts == (None,) for name, method in methods.items() if name not in sending)


def test_no_method_of_the_npm_client_that_is_about_orders_is_left_out(npm: NpmClient) -> None:
    """The others are about products, addresses and names of carriers; those of services' URLs send nothing."""
    kinds = re.compile("order|package|split|track|webhook|deliver|cancel|supplied|invoice", re.IGNORECASE)
    sending = {name for name in npm.methods() if not name.endswith("Url")}
    assert {name for name in sending if kinds.search(name)} == {"getOrders", "getOrderWithAllPages"}


def test_the_npm_client_reads_all_pages(npm: NpmClient, other_seller: SellerClient) -> None:
    seller = other_seller.seller
    now_ms = int(time.time() * 1000)
    packages = [
        fresh_package(seller.seller_id, "TR", {"LAMP": 1}, seller_pays=False) | {"lastModifiedDate": now_ms}
        for _ in range(60)
    ]
    assert other_seller.import_orders(packages).status_code == 200
    pages = [outcome.data for outcome in npm.call("getOrderWithAllPages")]
    assert len(pages) >= 2
    assert [(page["page"], page["totalPages"]) for page in pages] == [(n, len(pages)) for n in range(len(pages))]
    seen = [each["shipmentPackageId"] for page in pages for each in page["content"]]
    assert len(seen) == len(set(seen)) == pages[0]["totalElements"]
    assert {package["shipmentPackageId"] for package in packages} <= set(seen)


def test_the_npm_client_works_by_the_official_paths(npm: NpmClient, other_seller: SellerClient) -> None:
    """Their answers are empty, which this client reads."""
    package = import_package(other_seller, {"LAMP": 2})
    empty = Outcome(200, "")
    tracking = {"cargoSenderNumber": "123", "providerCode": "YKMP"}
    cancel = {"lines": asked(package, 1), "reasonId": 500, "shouldKeepPreviousStatus": True}
    assert npm.send("PUT", official(package, ""), {"status": "Picking", "lines": [], "params": {}}) == empty
    assert npm.send("PUT", official(package, "/tracking-details"), tracking) == empty
    assert npm.send("PUT", official(package, "/items/unsupplied"), cancel) == empty
    wait_for_packages(other_seller, package["orderNumber"], is_split)
    new = live(npm.orders(orderNumber=package["orderNumber"]).data["content"])
    assert (new["status"], new["cargoSenderNumber"]) == ("Picking", "")
