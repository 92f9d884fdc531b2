"""PUT shipment-packages/{id}: Created, Picking, Invoiced, in this order, and the order's subscribers are told."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.store.events import read_events
from cleave.store.orders import read_orders
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.shown import both_names
from tests.support.splits import apply_waiting

type Load = Callable[[str], list[dict[str, Any]]]

PATH = {"sellerId": 20811, "packageId": 3330811901}
LINES = [{"lineId": 4765081101, "quantity": 3}, {"lineId": 4765081102, "quantity": 1}]
PICKING = {"status": "Picking", "lines": LINES, "params": {}}
INVOICED = {"status": "Invoiced", "lines": LINES, "params": {"invoiceNumber": "EME2018000025208"}}
OK = (200, None)


def _put(seller: Caller, body: object, package_id: int = 3330811901) -> tuple[int, Any]:
    answer = seller.call(update_package, body, path={**PATH, "packageId": package_id})
    return answer.status, answer.json


def _key(answer: tuple[int, Any]) -> tuple[int, str, str]:
    (error,) = answer[1]["errors"]
    return answer[0], error["key"], error["message"]


def _shown(seller: Caller, package_id: int = 3330811901) -> dict[str, Any]:
    answer = seller.call(get_shipment_packages, path=PATH, query={"shipmentPackageIds": [str(package_id)]})
    (package,) = answer.json["content"]
    return dict(package)


def test_a_package_is_picked_then_invoiced_and_shows_both(load: Load, de_seller: Caller, clock: FrozenClock) -> None:
    loaded = load("sample-orders")[0]
    clock.move(minutes=1)
    picked_at = 1792314060000
    assert _put(de_seller, PICKING) == OK
    lines = [{**line, "orderLineItemStatusName": "Picking"} for line in loaded["lines"]]
    picked = {
        **loaded,
        "status": "Picking",
        "shipmentPackageStatus": "Picking",
        "lines": lines,
        "packageHistories": [*loaded["packageHistories"], {"createdDate": picked_at, "status": "Picking"}],
        "lastModifiedDate": picked_at,
    }
    assert _shown(de_seller) == both_names(picked)
    clock.move(minutes=1)
    assert _put(de_seller, INVOICED) == OK
    invoiced = {
        **picked,
        "status": "Invoiced",
        "shipmentPackageStatus": "Invoiced",
        "lines": [{**line, "orderLineItemStatusName": "Invoiced"} for line in lines],
        "packageHistories": [*picked["packageHistories"], {"createdDate": picked_at + 60000, "status": "Invoiced"}],
        "lastModifiedDate": picked_at + 60000,
        "invoiceNumber": "EME2018000025208",
    }
    assert _shown(de_seller) == both_names(invoiced)


def test_each_new_status_is_the_next_event_of_the_order(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    _put(de_seller, PICKING)
    _put(de_seller, PICKING)
    _put(de_seller, INVOICED)
    events = read_events(table, 20811, "10811190301", 1, 9)
    assert [(event.first, [each.status for each in event.packages]) for event in events] == [
        (1, ["Picking"]),
        (2, ["Invoiced"]),
    ]
    (order,) = read_orders(table, "10811190301")
    assert (order.sequence, [live.package_id for live in order.live]) == (2, [3330811901])


def test_a_repeat_of_the_status_changes_nothing(load: Load, de_seller: Caller, clock: FrozenClock) -> None:
    load("sample-orders")
    _put(de_seller, PICKING)
    _put(de_seller, INVOICED)
    before = _shown(de_seller)
    clock.move(minutes=1)
    assert _put(de_seller, INVOICED) == OK
    assert _put(de_seller, {"status": "Invoiced"}) == OK
    assert _shown(de_seller) == before


def test_a_repeat_with_another_invoice_number_is_refused(load: Load, de_seller: Caller) -> None:
    load("sample-orders")
    _put(de_seller, PICKING)
    _put(de_seller, INVOICED)
    answer = _put(de_seller, {**INVOICED, "params": {"invoiceNumber": "OTHER"}})
    message = "params.invoiceNumber: package 3330811901 was invoiced with another number"
    assert _key(answer) == (409, "shipment.package.invoice.differs", message)
    assert _shown(de_seller)["invoiceNumber"] == "EME2018000025208"


@pytest.mark.parametrize(
    ("before", "body", "message"),
    [
        ([], INVOICED, "status: package 3330811901 is Created; Invoiced follows Picking"),
        ([PICKING, INVOICED], PICKING, "status: package 3330811901 is Invoiced; Picking follows Created"),
    ],
)
def test_a_status_out_of_order_is_refused(
    load: Load, de_seller: Caller, before: list[object], body: object, message: str
) -> None:
    load("sample-orders")
    for each in before:
        _put(de_seller, each)
    shown = _shown(de_seller)
    assert _key(_put(de_seller, body)) == (409, "shipment.package.status.order", message)
    assert _shown(de_seller) == shown


def test_waiting_cancellations_stay_and_the_split_uses_the_status_it_finds(
    load: Load, table: Table, de_seller: Caller
) -> None:
    load("sample-orders")
    cancel = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500, "shouldKeepPreviousStatus": True}
    assert de_seller.call(cancel_package, cancel, path=PATH).status == 200
    assert _put(de_seller, PICKING) == OK
    (successor,) = apply_waiting(table)[3330811901]
    shown = _shown(de_seller, successor)
    assert (shown["status"], [line["quantity"] for line in shown["lines"]]) == ("Picking", [2, 1])
    closed = _shown(de_seller)
    assert [entry["status"] for entry in closed["packageHistories"]] == ["Created", "Picking", "Cancelled"]


def test_a_replaced_package_is_refused_by_the_name_of_the_live_one(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    cancel = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}
    de_seller.call(cancel_package, cancel, path=PATH)
    (first,) = apply_waiting(table)[3330811901]
    de_seller.call(cancel_package, cancel, path={**PATH, "packageId": first})
    (second,) = apply_waiting(table)[first]
    message = f"package 3330811901 is Cancelled; it was replaced by package {second}"
    assert _key(_put(de_seller, PICKING)) == (409, "shipment.package.replaced", message)


def test_a_package_cancelled_whole_takes_no_status(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    de_seller.call(cancel_package, {"lines": LINES, "reasonId": 500}, path=PATH)
    apply_waiting(table)
    assert _key(_put(de_seller, PICKING))[:2] == (409, "shipment.package.status.order")


REFUSED: list[tuple[Any, int, str, str]] = [
    ({**PICKING, "status": "Shipped"}, 400, "bad.request", "status: "),
    ({"lines": LINES}, 400, "bad.request", "status: "),
    ({**PICKING, "lines": [{"lineId": 1, "quantity": 1}]}, 400, "line.not.found", "lines.0.lineId: "),
    ({**PICKING, "lines": LINES[:1] * 2}, 400, "bad.request", "lines.1.lineId: "),
    (
        {**PICKING, "lines": [{"lineId": 4765081102, "quantity": 2}]},
        409,
        "line.quantity.exceeds.left",
        "lines.0.quantity: line 4765081102 has 1 units",
    ),
    ({**INVOICED, "params": {"invoiceNumber": "7" * 101}}, 400, "bad.request", "params.invoiceNumber: "),
    ({**INVOICED, "params": {"invoiceNumber": True}}, 400, "bad.request", "params.invoiceNumber: "),
]


@pytest.mark.parametrize(("body", "status", "key", "message"), REFUSED)
def test_a_bad_notification_is_refused_with_its_field(
    load: Load, de_seller: Caller, body: object, status: int, key: str, message: str
) -> None:
    (before, _) = load("sample-orders")
    answer = _key(_put(de_seller, body))
    assert answer[:2] == (status, key)
    assert answer[2].startswith(message)
    assert _shown(de_seller) == both_names(before)


def test_a_package_of_another_storefront_or_seller_is_not_touched(
    load: Load, de_seller: Caller, tr_seller: Caller
) -> None:
    load("sample-orders")
    foreign = Caller("seller", (20811,), {"StoreFrontCode": "sa"})
    assert _key(_put(foreign, PICKING))[:2] == (400, "invalid.storefrontcode")
    answer = tr_seller.call(update_package, PICKING, path={**PATH, "sellerId": 20812})
    assert answer == Answer(404, answer.json, answer.headers)
    assert _shown(de_seller)["status"] == "Created"
