"""Trendyol's page "Cancel Package", statement by statement; docs/conformance-trendyol.md."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_waiting
from tests.support.template import routes

PACKAGE, ORDER, TRAYS, LAMP = 3330811901, "10811190301", 4765081101, 4765081102
PATH = {"sellerId": 20811, "packageId": PACKAGE}
# The page's own example, with its three fields in its types; the zeros there stand for any number.
EXAMPLE: dict[str, Any] = {
    "lines": [{"lineId": TRAYS, "quantity": 1}],
    "reasonId": 500,
    "shouldKeepPreviousStatus": True,
}
REASONS = {
    500: "Stock Out",
    501: "Faulty/damaged product",
    502: "Wrong price",
    503: "Incorrect image/barcode/quantity",
    504: "Integration error",
    505: "Bulk purchase",
    506: "Force majeure",
}

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def loaded(load: Callable[[str], list[dict[str, Any]]]) -> None:
    load("sample-orders")


def cancel(seller: Caller, **other: object) -> Answer:
    body = {name: value for name, value in {**EXAMPLE, **other}.items() if value is not None}
    return seller.call(cancel_package, body, path=PATH)


def packages(seller: Caller) -> dict[str, dict[str, Any]]:
    """The old package and, once there is one, the new one, by their ``createdBy``."""
    answer = seller.call(get_shipment_packages, path=PATH, query={"orderNumber": [ORDER]})
    return {package["createdBy"]: package for package in answer.json["content"]}


def move_to(seller: Caller, status: str, clock: FrozenClock) -> None:
    steps = ["Created", "Picking", "Invoiced"]
    for step in steps[1 : steps.index(status) + 1]:
        clock.move(minutes=1)
        assert seller.call(update_package, {"status": step}, path=PATH).status == 200


def test_the_method_cancels_one_or_more_items(table: Table, de_seller: Caller) -> None:
    both = [{"lineId": TRAYS, "quantity": 2}, {"lineId": LAMP, "quantity": 1}]
    answer = cancel(de_seller, lines=both)
    assert (answer.status, answer.json, answer.headers["Content-Type"]) == (200, None, "application/json")
    apply_waiting(table)
    shown = packages(de_seller)
    gone = {line["lineId"]: line["quantity"] for line in shown["order-creation"]["lines"] if line["cancelReason"]}
    assert gone == {TRAYS: 2, LAMP: 1}
    assert [(line["lineId"], line["quantity"]) for line in shown["cancel"]["lines"]] == [(TRAYS, 1)]


def test_the_package_is_split_automatically_and_a_new_id_is_generated(table: Table, de_seller: Caller) -> None:
    assert cancel(de_seller).status == 200
    (successors,) = apply_waiting(table).values()
    old, new = packages(de_seller)["order-creation"], packages(de_seller)["cancel"]
    assert (old["shipmentPackageId"], old["status"]) == (PACKAGE, "Cancelled")
    assert (new["shipmentPackageId"],) == successors
    assert (new["orderNumber"], new["originPackageIds"]) == (ORDER, [PACKAGE])


@pytest.mark.parametrize("status", ["Created", "Picking", "Invoiced"])
@pytest.mark.parametrize(("keep", "kept"), [(None, False), (False, False), (True, True)])
def test_the_status_is_kept_only_where_the_field_is_true(
    table: Table, de_seller: Caller, clock: FrozenClock, status: str, *, keep: bool | None, kept: bool
) -> None:
    """None: the field is not sent."""
    move_to(de_seller, status, clock)
    assert cancel(de_seller, shouldKeepPreviousStatus=keep).status == 200
    apply_waiting(table)
    new = packages(de_seller)["cancel"]
    expected = status if kept else "Created"
    assert (new["status"], new["lines"][0]["orderLineItemStatusName"]) == (expected, expected)


def test_the_storefront_has_to_be_sent() -> None:
    """Without the header the package of a Turkish seller is meant, whose clients do not send it."""
    answer = cancel(Caller("seller", (20811,), {}))
    assert (answer.status, answer.json["errors"][0]["key"]) == (400, "invalid.storefrontcode")


@pytest.mark.parametrize(("reason_id", "name"), REASONS.items())
def test_each_reason_is_taken_and_shown_by_its_name(table: Table, de_seller: Caller, reason_id: int, name: str) -> None:
    assert cancel(de_seller, reasonId=reason_id).status == 200
    apply_waiting(table)
    line = packages(de_seller)["order-creation"]["lines"][0]
    shown = (line["orderLineItemStatusName"], line["cancelledBy"], line["cancelReason"], line["cancelReasonCode"])
    assert shown == ("UnSupplied", "Seller", name, reason_id)


@pytest.mark.parametrize("reason_id", [0, 499, 507])
def test_no_other_reason_is_taken(de_seller: Caller, reason_id: int) -> None:
    answer = cancel(de_seller, reasonId=reason_id)
    assert (answer.status, answer.json["errors"][0]["key"]) == (400, "cancel.reason.unknown")
    assert all(f"{known} {name}" in answer.json["errors"][0]["message"] for known, name in REASONS.items())


WRONG: list[tuple[str, object]] = [
    ("lines", None),
    ("lines", []),
    ("reasonId", None),
    ("reasonId", "out of stock"),
    ("shouldKeepPreviousStatus", "yes"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_every_field_of_the_example_has_its_type(de_seller: Caller, field: str, value: object) -> None:
    answer = cancel(de_seller, **{field: value})
    (error,) = answer.json["errors"]
    assert (answer.status, error["key"], error["message"].partition(":")[0]) == (400, "bad.request", field)


def test_the_methods_of_the_page_are_served_by_a_function_each() -> None:
    """PUT updatePackage and putUpdateTrackingNumber, GET getShipmentPackages."""
    seller = "/integration/order/sellers/{sellerId}"
    package = f"{seller}/shipment-packages/{{packageId}}"
    methods = {("PUT", f"{package}/items/unsupplied"), ("PUT", package), ("PUT", f"{package}/tracking-details")}
    assert methods | {("GET", f"{seller}/orders")} <= routes()
