"""The other Trendyol paths on the deployed template: each function with its own role."""

from typing import Any

import pytest
from cleave_cli.api import SellerClient

from tests.e2e.test_main_job import import_package, is_split, units, wait_for_packages
from tests.support.samples import Package


def path_of(package: Package, rest: str = "") -> str:
    return f"/integration/order/sellers/20811/shipment-packages/{package['shipmentPackageId']}{rest}"


def legacy_path(package: Package, rest: str = "") -> str:
    return f"/sapigw/suppliers/20811/shipment-packages/{package['shipmentPackageId']}{rest}"


def test_a_package_is_picked_invoiced_and_tracked_by_the_official_paths(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    invoiced = {"status": "Invoiced", "params": {"invoiceNumber": "EME2018000025208"}}
    tracking = {"cargoSenderNumber": "123", "providerCode": "UPSMP"}
    statuses = [
        self_paying.http.put(path_of(package), json=invoiced).status_code,
        self_paying.http.put(path_of(package), json={"status": "Picking"}).status_code,
        self_paying.http.put(path_of(package), json=invoiced).status_code,
        self_paying.http.put(path_of(package, "/tracking-details"), json=tracking).status_code,
    ]
    assert statuses == [409, 200, 200, 200]
    (shown,) = self_paying.packages(package["orderNumber"])
    names = ("status", "invoiceNumber", "cargoSenderNumber", "cargoProviderName")
    assert [shown[name] for name in names] == ["Invoiced", "EME2018000025208", "123", "UPS Kargo Marketplace"]


def test_the_older_paths_do_the_same_and_answer_json(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 2})
    line_id = package["lines"][0]["lineId"]
    number = f"/sapigw/suppliers/20811/{package['shipmentPackageId']}/update-tracking-number"
    cancel = {"lines": [{"lineId": line_id, "quantity": 1}], "params": {}, "status": "UnSupplied"}
    other = path_of(package, "/items/unsupplied").replace("/order/", "/oms/core/")
    answers = [
        self_paying.http.put(legacy_path(package), json={"status": "Picking"}),
        self_paying.http.put(number, json={"trackingNumber": "123"}),
        self_paying.http.put(legacy_path(package), json=cancel),
        self_paying.http.put(other, json={"lines": cancel["lines"], "reasonId": 500}),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {})] * 4
    found = wait_for_packages(self_paying, package["orderNumber"], is_split)
    assert units(found) == ({line_id: 1}, {line_id: 1})


def splits(lamp: int, tray: int) -> dict[str, Any]:
    """A body for each of the four paths."""
    return {
        "/split": {"orderLineIds": [lamp]},
        "/multi-split": {"splitGroups": [{"orderLineIds": [tray]}]},
        "/quantity-split": {"quantitySplit": [{"orderLineId": lamp, "quantities": [2]}]},
        "/split-packages": {"splitPackages": [{"packageDetails": [{"orderLineId": lamp, "quantities": 1}]}]},
    }


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ("/split", "newPackageId"),
        ("/multi-split", "results"),
        ("/quantity-split", "newPackageIds"),
        ("/split-packages", "newPackageIds"),
    ],
)
def test_a_split_answers_the_id_of_what_it_makes(self_paying: SellerClient, rest: str, name: str) -> None:
    package = import_package(self_paying, {"LAMP": 3, "TRAY": 1})
    lamp, tray = (line["lineId"] for line in package["lines"])
    answer = self_paying.http.post(path_of(package, rest), json=splits(lamp, tray)[rest])
    assert (answer.status_code, list(answer.json())) == (200, [name])
    found = wait_for_packages(self_paying, package["orderNumber"], lambda packages: len(packages) == 3)
    by_status = sorted((each["status"], each["createdBy"]) for each in found)
    assert by_status == [("Created", "split"), ("Created", "split"), ("UnPacked", "order-creation")]
    made = [each["shipmentPackageId"] for each in found if each["createdBy"] == "split"]
    assert any(str(package_id) in answer.text for package_id in made)
    assert units(found) == ({}, {lamp: 3, tray: 1})


def test_splits_and_cancels_that_race_lose_no_unit(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 3, "TRAY": 1})
    lamp, tray = (line["lineId"] for line in package["lines"])
    split = self_paying.http.post(path_of(package, "/split"), json={"orderLineIds": [tray]})
    cancel = self_paying.cancel(package["shipmentPackageId"], [{"lineId": lamp, "quantity": 1}])
    assert (split.status_code, cancel.status_code) == (200, 409)
    found = wait_for_packages(self_paying, package["orderNumber"], lambda packages: len(packages) == 3)
    assert units(found) == ({}, {lamp: 3, tray: 1})
    new = next(each for each in found if each["status"] == "Created" and each["lines"][0]["lineId"] == lamp)
    assert self_paying.cancel(new["shipmentPackageId"], [{"lineId": lamp, "quantity": 1}]).status_code == 200
    found = wait_for_packages(self_paying, package["orderNumber"], lambda packages: len(packages) == 4)
    assert units(found) == ({lamp: 1}, {lamp: 2, tray: 1})


def test_every_refusal_has_one_shape(self_paying: SellerClient) -> None:
    package = import_package(self_paying, {"LAMP": 1})
    missing = path_of({"shipmentPackageId": 1})
    answers = [
        self_paying.http.put(path_of(package), content=b"{", headers={"Content-Type": "application/json"}),
        self_paying.http.put(path_of(package), content=b"status=Picking", headers={"Content-Type": "text/plain"}),
        self_paying.http.put(missing, json={"status": "Picking"}),
        self_paying.http.put(f"{missing}/tracking-details", json={"cargoSenderNumber": "1", "providerCode": "UPSMP"}),
        self_paying.http.post(f"{missing}/split", json={"orderLineIds": [1]}),
        self_paying.http.put(path_of(package), json={"status": "Invoiced"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 415, 404, 404, 404, 409]
    for answer in answers:
        assert set(answer.json()) == {"timestamp", "exception", "errors"}
        assert [set(error) for error in answer.json()["errors"]] == [{"key", "message", "errorCode"}]
