"""The paths that published clients still call: the same rules, and `{}` where the official ones answer nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.legacy_cancel_package.app import handler as legacy_cancel_package
from functions.legacy_update_package.app import handler as legacy_update_package
from tests.support.gateway import Caller
from tests.support.splits import apply_waiting

type Load = Callable[[str], list[dict[str, Any]]]

PATH = {"sellerId": 20812, "packageId": 3330812901}
LINES = [{"lineId": 4765082101, "quantity": 1}]
UNSUPPLIED = {"lines": LINES, "params": {}, "status": "UnSupplied"}
OFFICIAL = {"lines": LINES, "reasonId": 500}


def _shown(seller: Caller) -> dict[str, Any]:
    answer = seller.call(get_shipment_packages, path=PATH, query={"shipmentPackageIds": ["3330812901"]})
    (package,) = answer.json["content"]
    return dict(package)


def test_unsupplied_is_a_cancel_for_want_of_stock(load: Load, table: Table, tr_seller: Caller) -> None:
    load("sample-orders-tr")
    answer = tr_seller.call(legacy_update_package, UNSUPPLIED, path=PATH)
    assert (answer.status, answer.json) == (200, {})
    apply_waiting(table)
    closed = _shown(tr_seller)
    gone = [line for line in closed["lines"] if line["orderLineItemStatusName"] == "UnSupplied"]
    said = [(line["quantity"], line["cancelReasonCode"], line["cancelReason"]) for line in gone]
    assert (closed["status"], said) == ("Cancelled", [(1, 500, "Stock Out")])


def test_picking_and_invoiced_are_statuses(load: Load, tr_seller: Caller) -> None:
    load("sample-orders-tr")
    for body in ({"status": "Picking"}, {"status": "Invoiced", "lines": LINES, "params": {"invoiceNumber": "EME1"}}):
        answer = tr_seller.call(legacy_update_package, body, path=PATH)
        assert (answer.status, answer.json) == (200, {})
    shown = _shown(tr_seller)
    assert (shown["status"], shown["invoiceNumber"]) == ("Invoiced", "EME1")


@pytest.mark.parametrize("reason_id", [500, 506])
def test_the_path_in_between_is_the_official_cancel_with_an_answer(
    load: Load, table: Table, tr_seller: Caller, reason_id: int
) -> None:
    load("sample-orders-tr")
    answer = tr_seller.call(legacy_cancel_package, {"lines": LINES, "reasonId": reason_id}, path=PATH)
    assert (answer.status, answer.json) == (200, {})
    assert len(apply_waiting(table)) == 1
    assert _shown(tr_seller)["lines"][0]["cancelReasonCode"] == reason_id


def test_the_same_cancel_by_all_three_paths_is_one_cancel(load: Load, table: Table, tr_seller: Caller) -> None:
    load("sample-orders-tr")
    assert tr_seller.call(cancel_package, OFFICIAL, path=PATH).status == 200
    assert tr_seller.call(legacy_update_package, UNSUPPLIED, path=PATH).status == 200
    assert tr_seller.call(legacy_cancel_package, OFFICIAL, path=PATH).status == 200
    apply_waiting(table)
    gone = [line["quantity"] for line in _shown(tr_seller)["lines"] if line["orderLineItemStatusName"] == "UnSupplied"]
    assert gone == [1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": LINES}, "status"),
        ({**UNSUPPLIED, "status": "Shipped"}, "status"),
        ({"status": "UnSupplied"}, "lines"),
        ({"status": "UnSupplied", "lines": []}, "lines"),
        ({"status": "UnSupplied", "lines": [{"lineId": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"status": "UnSupplied", "lines": LINES * 2}, "lines.1.lineId"),
        ([], None),
    ],
)
def test_a_body_that_says_neither_is_refused(
    load: Load, table: Table, tr_seller: Caller, body: object, field: str | None
) -> None:
    load("sample-orders-tr")
    answer = tr_seller.call(legacy_update_package, body, path=PATH)
    assert (answer.status, answer.json["errors"][0]["key"]) == (400, "bad.request")
    assert field is None or answer.json["errors"][0]["message"].startswith(f"{field}: ")
    assert apply_waiting(table) == {}
