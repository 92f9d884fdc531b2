"""Every request of Trendyol's contract, sent by the clients that strangers have published, and what came of it.

Their own methods have few of them (tests/e2e/test_real_clients.py); the others go through their own transport. The
client in Python reads JSON from every answer, and fails where there is none, though its request was taken.
"""

import time
from typing import Any

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.receiver import Receiver

from tests.e2e.test_main_job import import_package, is_split, units, wait_for_packages
from tests.support.clients import Outcome, PythonClient, RealClient
from tests.support.samples import fresh_package
from tests.support.template import routes

SELLER = 20812
ORDER, OLDER = "/integration/order/sellers/{sellerId}", "/sapigw/suppliers/{sellerId}"
PACKAGES = "/shipment-packages/{packageId}"
LISTS = [f"{ORDER}/orders", f"{ORDER}/v2/orders", f"{ORDER}/orders/stream", f"{OLDER}/orders"]
STATUSES = [f"{ORDER}{PACKAGES}", f"{OLDER}{PACKAGES}"]
NUMBERS = {
    f"{ORDER}{PACKAGES}/tracking-details": {"cargoSenderNumber": "7340447182689", "providerCode": "YKMP"},
    f"{ORDER}{PACKAGES}/update-tracking-number": {"trackingNumber": "7340447182689"},
    f"{OLDER}/{{packageId}}/update-tracking-number": {"trackingNumber": 7340447182689},
}
CANCELS: dict[str, dict[str, Any]] = {
    f"{ORDER}{PACKAGES}/items/unsupplied": {"reasonId": 500},
    f"/integration/oms/core/sellers/{{sellerId}}{PACKAGES}/items/unsupplied": {"reasonId": "501"},
    f"{OLDER}{PACKAGES}": {"status": "UnSupplied", "params": {}},
}
SPLITS = [f"{base}{PACKAGES}/{kind}" for base in (ORDER, OLDER) for kind in
          ("split", "multi-split", "quantity-split", "split-packages")]  # fmt: skip
OWN_DELIVERY = {
    f"{ORDER}{PACKAGES}/manual-deliver": "Delivered",
    f"{ORDER}/manual-deliver/{{cargoTrackingNumber}}": "Delivered",
    f"{ORDER}{PACKAGES}/manual-return": "Returned",
    f"{ORDER}/manual-return/{{cargoTrackingNumber}}": "Returned",
}
SETS_OUT = f"{ORDER}{PACKAGES}/alternative-delivery"
HOOKS = ["/integration/webhook/sellers/{sellerId}/webhooks", "/integration/sellers/{sellerId}/webhooks"]
HOOK_REQUESTS = [("POST", ""), ("GET", "")] + [
    (method, f"/{{webhookId}}{rest}")
    for method, rest in (("GET", ""), ("PUT", ""), ("PUT", "/activate"), ("PUT", "/deactivate"), ("DELETE", ""))
]
SENT = {
    *(("GET", path) for path in LISTS),
    *(("PUT", path) for path in [*STATUSES, *NUMBERS, *CANCELS, *OWN_DELIVERY, SETS_OUT]),
    *(("POST", path) for path in SPLITS),
    *((method, f"{base}{rest}") for base in HOOKS for method, rest in HOOK_REQUESTS),
}
# Of our own: orders come in, the stage's word of the carrier, and what the marketplace's API has not.
OURS = (
    "/integration/test/",
    "/dry-run",
    "/deliveries",
    "/replay",
    "/secret",
    "{webhookId}/test",
    "/timeline",
)
NO_JSON = {f"{ORDER}{PACKAGES}", f"{ORDER}{PACKAGES}/tracking-details", f"{ORDER}{PACKAGES}/items/unsupplied"}


def test_none_is_left_out() -> None:
    ours = {("POST", f"{ORDER}/orders"), ("GET", f"{ORDER}/cancellations/{{cancellationId}}")}
    ours |= {route for route in routes() if any(word in route[1] for word in OURS)}
    assert {route for route in routes() - ours if "{sellerId}" in route[1]} == SENT


def send(client: RealClient, method: str, path: str, body: object = None, **names: object) -> Any:  # noqa: ANN401
    """What the client made of the answer, which is a success."""
    asked = path
    for name, value in ({"sellerId": SELLER} | names).items():
        asked = asked.replace(f"{{{name}}}", str(value))
    if path in NO_JSON and isinstance(client, PythonClient):
        with pytest.raises(ValueError, match="Expecting value"):  # the answer is empty
            client.send(method, asked, body)
        return None
    outcome = client.send(method, asked, body)
    assert outcome.status == 200, outcome
    return outcome.data


@pytest.mark.parametrize("path", LISTS)
def test_a_list_or_stream_has_the_package(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = fresh_package(SELLER, "TR", {"LAMP": 1}, seller_pays=False)
    assert other_seller.import_orders({**package, "lastModifiedDate": int(time.time() * 1000)}).status_code == 200
    asked = f"{path}?orderNumber={package['orderNumber']}" if "stream" not in path else f"{path}?size=200"
    content = send(client, "GET", asked)["content"]
    (found,) = [each for each in content if each["shipmentPackageId"] == package["shipmentPackageId"]]
    assert [found] == other_seller.packages(package["orderNumber"])


@pytest.mark.parametrize("path", STATUSES)
def test_a_package_is_picked_and_invoiced(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = import_package(other_seller, {"LAMP": 2})
    name = {"packageId": package["shipmentPackageId"]}
    lines = [{"lineId": str(package["lines"][0]["lineId"]), "quantity": 2}]
    send(client, "PUT", path, {"status": "Picking", "lines": lines, "params": {}}, **name)
    invoiced = {"status": "Invoiced", "lines": lines, "params": {"invoiceNumber": "EME2018000025208"}}
    send(client, "PUT", path, invoiced, **name)
    (found,) = other_seller.packages(package["orderNumber"])
    assert (found["status"], found["invoiceNumber"]) == ("Invoiced", "EME2018000025208")
    assert found["lines"][0]["orderLineItemStatusName"] == "Invoiced"


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_is_fed(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = import_package(other_seller, {"LAMP": 1})
    name = {"packageId": package["shipmentPackageId"]}
    send(client, "PUT", f"{OLDER}{PACKAGES}", {"status": "Picking"}, **name)
    send(client, "PUT", path, NUMBERS[path], **name)
    (found,) = other_seller.packages(package["orderNumber"])
    assert found["cargoSenderNumber"] == "7340447182689"


@pytest.mark.parametrize("path", CANCELS)
def test_a_part_is_cancelled(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = import_package(other_seller, {"LAMP": 3})
    line_id = package["lines"][0]["lineId"]
    body = {"lines": [{"lineId": line_id, "quantity": 1}], **CANCELS[path]}
    send(client, "PUT", path, body, packageId=package["shipmentPackageId"])
    found = wait_for_packages(other_seller, package["orderNumber"], is_split)
    assert units(found) == ({line_id: 1}, {line_id: 2})


def split_body(path: str, line_id: int) -> dict[str, Any]:
    """Two of the three lamps, or where whole lines are split off, all."""
    bodies: dict[str, dict[str, Any]] = {
        "split": {"orderLineIds": [line_id]},
        "multi-split": {"splitGroups": [{"orderLineIds": [line_id]}]},
        "quantity-split": {"quantitySplit": [{"orderLineId": line_id, "quantities": [2]}]},
        "split-packages": {"splitPackages": [{"packageDetails": [{"orderLineId": line_id, "quantities": 2}]}]},
    }
    return bodies[path.rpartition("/")[2]]


@pytest.mark.parametrize("path", SPLITS)
def test_a_package_is_split(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = import_package(other_seller, {"LAMP": 3, "TRAY": 1})
    lamp, tray = (line["lineId"] for line in package["lines"])
    answer = send(client, "POST", path, split_body(path, lamp), packageId=package["shipmentPackageId"])
    found = wait_for_packages(other_seller, package["orderNumber"], lambda packages: len(packages) == 3)
    made = {each["shipmentPackageId"] for each in found if each["createdBy"] == "split"}
    assert len(made) == 2
    assert any(str(each) in str(answer) for each in made)
    assert units(found) == ({}, {lamp: 3, tray: 1})


@pytest.mark.parametrize("path", OWN_DELIVERY)
def test_a_seller_delivers_itself(client: RealClient, other_seller: SellerClient, path: str) -> None:
    package = import_package(other_seller, {"LAMP": 1})
    number = 7_100_000_000_000 + package["shipmentPackageId"] % 10**11
    numbered = {**package, "cargoTrackingNumber": number, "lastModifiedDate": package["lastModifiedDate"] + 1}
    assert other_seller.import_orders(numbered).status_code == 200
    names = {"packageId": package["shipmentPackageId"], "cargoTrackingNumber": number}
    sets_out = {"isPhoneNumber": True, "trackingInfo": "5550000000", "params": {}, "boxQuantity": "2", "deci": 4.5}
    assert send(client, "PUT", SETS_OUT, sets_out, **names) == "200 OK"
    assert send(client, "PUT", path, **names) == "200 OK"
    (found,) = other_seller.packages(package["orderNumber"])
    assert (found["status"], found["lines"][0]["orderLineItemStatusName"]) == (OWN_DELIVERY[path],) * 2


@pytest.mark.parametrize("base", HOOKS)
def test_a_webhook_lives(client: RealClient, receiver: Receiver, base: str) -> None:
    """What is written is answered as text, which the client in Python cannot read."""
    body = {"url": receiver.url, "username": "", "password": "", "authenticationType": "API_KEY", "apiKey": "k"}
    webhook = send(client, "POST", base, {**body, "subscribedStatuses": ["PICKING"]})["id"]
    one = f"{base}/{{webhookId}}"
    (listed,) = [each for each in send(client, "GET", base) if each["id"] == webhook]
    assert (listed["status"], listed["subscribedStatuses"]) == ("ACTIVE", ["PICKING"])
    assert send(client, "GET", one, webhookId=webhook) == {**listed, "statusChanges": []}
    if isinstance(client, PythonClient):
        return
    for method, rest, sent, expected in (
        ("PUT", "", {**body, "subscribedStatuses": ["CREATED"]}, ("ACTIVE", ["CREATED"])),
        ("PUT", "/deactivate", None, ("PASSIVE", ["CREATED"])),
        ("PUT", "/activate", None, ("ACTIVE", ["CREATED"])),
    ):
        assert send(client, method, f"{one}{rest}", sent, webhookId=webhook) == "200 OK"
        listed = send(client, "GET", one, webhookId=webhook)
        assert (listed["status"], listed["subscribedStatuses"]) == expected
    assert send(client, "DELETE", one, webhookId=webhook) == "200 OK"
    gone = client.send("GET", one.replace("{sellerId}", str(SELLER)).replace("{webhookId}", webhook))
    assert isinstance(gone, Outcome)
    assert gone.status == 404
