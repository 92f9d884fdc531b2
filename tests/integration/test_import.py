"""POST orders: real exports are loaded as they are, once."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table

from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.shown import both_names

type Load = Callable[[str], list[dict[str, Any]]]

SELLER = {"sellerId": 20811}


def test_an_export_comes_back_as_it_was_loaded(load: Load, de_seller: Caller) -> None:
    loaded = load("sample-orders")
    ids = ",".join(str(package["shipmentPackageId"]) for package in loaded)
    answer = de_seller.call(get_shipment_packages, path=SELLER, query={"shipmentPackageIds": [ids]})
    found = sorted(answer.json["content"], key=lambda package: package["shipmentPackageId"])
    assert found == [both_names(package) for package in loaded]


@pytest.mark.parametrize("shape", ["envelope", "list", "one package"])
def test_every_shape_of_an_export_is_taken(table: Table, de_seller: Caller, shape: str) -> None:
    del table
    document = sample("sample-orders")
    package = document["content"][0]
    body = {"envelope": {**document, "content": [package]}, "list": [package], "one package": package}[shape]
    answer = de_seller.call(import_orders, body, path=SELLER)
    assert (answer.status, answer.json) == (200, {"imported": [3330811901], "unchanged": []})


def test_a_repeated_import_changes_nothing_however_it_is_written(load: Load, de_seller: Caller) -> None:
    loaded = load("sample-orders")
    rewritten = json.dumps(dict(reversed(loaded[0].items()))).replace("108.0", "108.00").replace("27.0,", "27.000,")
    answer = de_seller.call(import_orders, rewritten, path=SELLER)
    assert (answer.status, answer.json) == (200, {"imported": [], "unchanged": [3330811901]})


def test_one_package_that_differs_in_units_refuses_all_and_nothing_is_stored(load: Load, de_seller: Caller) -> None:
    first, _ = load("sample-orders")
    new = {**copy.deepcopy(first), "shipmentPackageId": 3330811999}
    changed = {**first, "packageTotalPrice": 1}
    answer = de_seller.call(import_orders, [new, changed], path=SELLER)
    assert answer == Answer(
        409,
        {
            "timestamp": 1792314000000,
            "exception": "ClientApiBusinessException",
            "errors": [
                {
                    "key": "shipment.package.units.differ",
                    "message": "1.packageTotalPrice: package 3330811901 has other amounts; "
                    "PUT …/items/unsupplied cancels units, POST …/split-packages divides them",
                    "errorCode": "",
                }
            ],
        },
        {"Content-Type": "application/json"},
    )
    found = de_seller.call(get_shipment_packages, path=SELLER, query={"shipmentPackageIds": ["3330811999"]})
    assert found.json["totalElements"] == 0


def test_the_same_id_of_two_sellers_is_two_packages(load: Load, tr_seller: Caller) -> None:
    load("sample-orders")
    foreign = copy.deepcopy(sample("sample-orders-tr")["content"][0])
    foreign["shipmentPackageId"] = 3330811901
    answer = tr_seller.call(import_orders, foreign, path={"sellerId": 20812})
    assert (answer.status, answer.json) == (200, {"imported": [3330811901], "unchanged": []})


def _change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(package: dict[str, Any]) -> None:
        target: Any = package
        *parents, last = path.split(".")
        for part in parents:
            target = target[int(part) if part.isdigit() else part]
        target[last] = value

    return change


BAD_PACKAGES = [
    ("shipmentPackageId", "P3330811901", "shipmentPackageId"),
    ("shipmentPackageId", 0, "shipmentPackageId"),
    ("shipmentPackageId", 2**53, "shipmentPackageId"),
    ("orderNumber", "", "orderNumber"),
    ("orderNumber", "with space", "orderNumber"),
    ("orderNumber", "with#hash", "orderNumber"),
    ("supplierId", 1, "supplierId"),
    ("status", "No word", "status"),
    ("lines", [], "lines"),
    ("lines.0.lineId", True, "lines.0.lineId"),
    ("lines.0.quantity", 0, "lines.0.quantity"),
    ("lines.0.quantity", 1.5, "lines.0.quantity"),
    ("lines.0.quantity", 2, "lines.0.discountDetails"),
    ("lines.0.lineUnitPrice", "27,50", "lines.0.lineUnitPrice"),
    ("lines.1.lineId", 4765081101, "lines.1.lineId"),
    ("cargoTrackingNumber", -1, "cargoTrackingNumber"),
    ("lastModifiedDate", "2026-10-18", "lastModifiedDate"),
]


@pytest.mark.parametrize(("path", "value", "field"), BAD_PACKAGES)
def test_a_bad_field_is_named_and_nothing_is_stored(
    table: Table, de_seller: Caller, path: str, value: object, field: str
) -> None:
    document = sample("sample-orders")
    _change(path, value)(document["content"][1 if path == "" else 0])
    answer = de_seller.call(import_orders, document, path=SELLER)
    assert answer.status == 400
    assert answer.json["errors"][0]["message"].startswith(f"content.0.{field}: ")
    assert table.client.scan(TableName=table.name)["Count"] == 0


@pytest.mark.parametrize(
    "body", ["", "null", "7", '"text"', "{}", '{"content": 7}', '{"content": [7]}', '{"content": [[]]}', "[[7]]"]
)
def test_what_is_no_export_is_refused(table: Table, de_seller: Caller, body: str) -> None:
    answer = de_seller.call(import_orders, body, path=SELLER)
    assert answer.status == 400
    assert table.client.scan(TableName=table.name)["Count"] == 0


@pytest.mark.parametrize("body", ["[]", '{"totalElements": 0, "content": []}', '\ufeff{"content": null}'])
def test_an_empty_page_is_an_export_of_nothing(table: Table, de_seller: Caller, body: str) -> None:
    answer = de_seller.call(import_orders, body, path=SELLER)
    assert (answer.status, answer.json) == (200, {"imported": [], "unchanged": []})
    assert table.client.scan(TableName=table.name)["Count"] == 0


def test_a_page_holds_at_most_200_packages(table: Table, de_seller: Caller) -> None:
    del table
    package = sample("sample-orders")["content"][0]
    answer = de_seller.call(import_orders, [package] * 201, path=SELLER)
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, "may hold 200 packages")


def test_a_package_twice_in_one_request_is_refused(table: Table, de_seller: Caller) -> None:
    package = sample("sample-orders")["content"][0]
    answer = de_seller.call(import_orders, [package, package], path=SELLER)
    message = "1.shipmentPackageId: package 3330811901 stands in the request twice"
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, message)
    assert table.client.scan(TableName=table.name)["Count"] == 0


def test_a_line_twice_with_one_status_is_refused(table: Table, de_seller: Caller) -> None:
    package = sample("sample-orders")["content"][0]
    package["lines"].append({**package["lines"][0], "orderLineItemStatusName": "created"})
    answer = de_seller.call(import_orders, package, path=SELLER)
    message = "lines.2.lineId: line 4765081101 stands in the package twice with one status"
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, message)
    assert table.client.scan(TableName=table.name)["Count"] == 0


def test_a_closed_package_may_show_a_line_once_for_each_cancellation(table: Table, de_seller: Caller) -> None:
    del table
    package = sample("sample-orders")["content"][0]
    package |= {"status": "Cancelled", "shipmentPackageStatus": "Cancelled"}
    package["lines"] += [{**package["lines"][0], "orderLineItemStatusName": "UnSupplied"} for _ in range(2)]
    answer = de_seller.call(import_orders, package, path=SELLER)
    assert (answer.status, answer.json) == (200, {"imported": [3330811901], "unchanged": []})


def test_a_body_may_be_nested_64_deep(table: Table, de_seller: Caller) -> None:
    del table
    package = {**sample("sample-orders")["content"][0], "note": "deep"}
    text = json.dumps(package)
    deepest = text.replace('"deep"', "[" * 63 + "]" * 63)
    too_deep = text.replace('"deep"', "[" * 64 + "]" * 64)
    assert de_seller.call(import_orders, deepest, path=SELLER).status == 200
    answer = de_seller.call(import_orders, too_deep, path=SELLER)
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, "the body may be nested 64 deep")


def test_units_that_would_fill_the_memory_are_refused_before_any_is_made(table: Table, de_seller: Caller) -> None:
    line = {"lineId": 1, "quantity": 5000, "stockCode": "LAMP", "lineUnitPrice": 9.5, "lineGrossAmount": 9.5}
    package = {"orderNumber": "O-1", "status": "Created", "lines": [line]}
    packages = [{**package, "shipmentPackageId": number} for number in range(1, 201)]
    answer = de_seller.call(import_orders, {"content": packages}, path=SELLER)
    assert (answer.status, answer.json["errors"][0]["message"]) == (
        413,
        "content.10: the packages of a request may have 50000 units together",
    )
    assert table.client.scan(TableName=table.name)["Count"] == 0
