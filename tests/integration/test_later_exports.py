"""A later export of a known package moves it on; units and prices change by cancels and splits alone."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_order_timeline.app import handler as get_order_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.split_package.app import handler as split_package
from functions.update_package.app import handler as update_package
from functions.update_tracking.app import handler as update_tracking
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.streaming import Consumer

SELLER = {"sellerId": 20811}
ID, TRAYS, LAMP = 3330811901, 4765081101, 4765081102
PACKAGE = {**SELLER, "packageId": ID}

Export = Callable[..., Answer]


@pytest.fixture
def first(table: Table, de_seller: Caller) -> dict[str, Any]:
    """The package as it was exported first, and is in the table."""
    del table
    package: dict[str, Any] = sample("sample-orders")["content"][0]
    assert de_seller.call(import_orders, package, path=SELLER).status == 200
    return package


@pytest.fixture
def export(first: dict[str, Any], de_seller: Caller) -> Export:
    """Called, the package is exported once more, ``later`` than first, with changes."""

    def again(later: int = 1, *, line: dict[str, Any] | None = None, **changes: object) -> Answer:
        package = copy.deepcopy(first) | changes
        package["lastModifiedDate"] += later
        if "status" in changes:
            package["shipmentPackageStatus"] = package["status"]
        package["lines"][1] |= line or {}
        return de_seller.call(import_orders, package, path=SELLER)

    return again


def shown(seller: Caller, package_id: int = ID) -> dict[str, Any]:
    query = {"shipmentPackageIds": [str(package_id)]}
    (package,) = seller.call(get_shipment_packages, path=SELLER, query=query).json["content"]
    found: dict[str, Any] = package
    return found


def events(seller: Caller) -> list[tuple[int, str]]:
    path = {**SELLER, "orderNumber": "10811190301"}
    (part,) = seller.call(get_order_timeline, path=path).json["parts"]
    return [(each["shipmentPackageId"], each["status"]) for each in part["timeline"] if each["type"] == "event"]


def refusal(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json["errors"]
    return answer.status, error["key"], error["message"]


@pytest.mark.parametrize("status", ["Picking", "Invoiced", "Shipped", "AtCollectionPoint", "Delivered", "Returned"])
def test_its_status_goes_on_by_any_number_of_steps(
    export: Export, de_seller: Caller, first: dict[str, Any], status: str
) -> None:
    answer = export(status=status)
    assert answer.json == {"imported": [], "updated": [ID], "unchanged": []}
    package = shown(de_seller)
    assert (package["status"], package["shipmentPackageStatus"]) == (status, status)
    assert {line["orderLineItemStatusName"] for line in package["lines"]} == {status}
    assert package["lastModifiedDate"] == first["lastModifiedDate"] + 1
    assert [entry["status"] for entry in package["packageHistories"]] == ["Created", status]
    assert events(de_seller) == [(ID, status)]


def test_once_shipped_nothing_can_be_cancelled(export: Export, de_seller: Caller) -> None:
    export(status="Shipped")
    body = {"lines": [{"lineId": TRAYS, "quantity": 1}], "reasonId": 500}
    answer = de_seller.call(cancel_package, body, path=PACKAGE)
    assert refusal(answer)[:2] == (409, "shipment.package.status.not.cancellable")


def test_awaiting_becomes_created_or_cancelled_where_payment_fails(table: Table, de_seller: Caller) -> None:
    del table
    waiting = sample("sample-orders")["content"][0] | {"status": "Awaiting"}
    for line in waiting["lines"]:
        line["orderLineItemStatusName"] = "Awaiting"
    second = copy.deepcopy(waiting) | {"shipmentPackageId": 2, "orderNumber": "2"}
    assert de_seller.call(import_orders, [waiting, second], path=SELLER).status == 200
    paid, failed = waiting | {"status": "Created"}, second | {"status": "Cancelled"}
    answer = de_seller.call(import_orders, [paid, failed], path=SELLER)
    assert answer.json == {"imported": [], "updated": [ID, 2], "unchanged": []}
    assert shown(de_seller)["lines"][0]["orderLineItemStatusName"] == "Created"
    cancelled = shown(de_seller, 2)
    assert (cancelled["status"], cancelled["lines"][0]["orderLineItemStatusName"]) == ("Cancelled", "Cancelled")


def test_who_pays_and_the_country_may_be_said_later(table: Table, de_seller: Caller) -> None:
    """An Awaiting package has no carrier yet. What a later export leaves out stays."""
    package: dict[str, Any] = sample("sample-orders")["content"][0]
    unsaid = {name: value for name, value in package.items() if name not in {"whoPays", "orderCountryCode"}}
    assert de_seller.call(import_orders, unsaid, path=SELLER).status == 200
    for later, said in enumerate([package | {"orderCountryCode": "AT"}, unsaid | {"cargoDeci": 11}], 1):
        again = said | {"lastModifiedDate": package["lastModifiedDate"] + later}
        assert de_seller.call(import_orders, again, path=SELLER).json["updated"] == [ID]
    state = read_state(table, 20811, ID)
    assert state is not None
    assert (state.package.seller_pays, state.package.country) == (True, "AT")
    assert (shown(de_seller)["whoPays"], shown(de_seller)["orderCountryCode"]) == (1, "AT")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Shipped", "Created"),
        ("Shipped", "Invoiced"),
        ("Delivered", "Returned"),
        ("Returned", "Delivered"),
        ("UnDelivered", "Shipped"),
        ("ReadyToShip", "Picking"),
        ("Created", "Cancelled"),
        ("Created", "UnPacked"),
    ],
)
def test_it_never_goes_back(export: Export, de_seller: Caller, before: str, after: str) -> None:
    if before != "Created":
        assert export(1, status=before).status == 200
    answer = export(2, status=after)
    message = f"status: package {ID} is {before}, which {after} does not follow"
    assert refusal(answer) == (409, "shipment.package.status.order", message)
    assert shown(de_seller)["status"] == before


@pytest.mark.parametrize("after", ["Delivered", "Returned", "SomethingNew"])
def test_an_undelivered_package_is_tried_again_or_goes_back(export: Export, de_seller: Caller, after: str) -> None:
    export(1, status="UnDelivered")
    assert export(2, status=after).status == 200
    assert shown(de_seller)["status"] == after


def test_an_older_export_changes_nothing(export: Export, de_seller: Caller) -> None:
    export(5, status="Shipped", cargoDeci=12)
    assert export(4, status="Delivered", cargoDeci=7).json == {"imported": [], "unchanged": [ID]}
    package = shown(de_seller)
    assert (package["status"], package["cargoDeci"]) == ("Shipped", 12)


def test_an_export_from_before_the_sellers_own_word_takes_none_of_it_back(export: Export, de_seller: Caller) -> None:
    de_seller.call(update_package, {"status": "Picking", "params": {}}, path=PACKAGE)
    de_seller.call(update_tracking, {"cargoSenderNumber": "S1", "providerCode": "DHLMP"}, path=PACKAGE)
    assert export(1, cargoDeci=12).json["unchanged"] == [ID]  # it says Created, and that is over
    assert export(2, status="Shipped", cargoDeci=12).json["updated"] == [ID]
    package = shown(de_seller)
    assert (package["status"], package["cargoSenderNumber"], package["cargoDeci"]) == ("Shipped", "S1", 12)


FIELDS = {
    "cargoTrackingNumber": 7280811901000009,
    "cargoSenderNumber": "999",
    "cargoProviderName": "DHL Marketplace",
    "cargoTrackingLink": "https://example.com/t/2",
    "cargoDeci": 12,
    "invoiceLink": "https://example.com/invoice",
    "invoiceStatus": "Invoiced",
    "invoiceNumber": "EME1",
    "originPackageIds": [7],
    "warehouseId": 3,
    "somethingNew": {"any": ["thing"]},
    "invoiceAddress": {"city": "Hamburg"},
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_other_field_is_taken_over_and_nobody_is_told(export: Export, de_seller: Caller, name: str) -> None:
    assert export(10**9, **{name: FIELDS[name]}).json["updated"] == [ID]
    assert shown(de_seller)[name] == FIELDS[name]
    assert events(de_seller) == []


def test_the_status_of_a_line_is_taken_over_and_told(export: Export, de_seller: Caller) -> None:
    assert export(line={"orderLineItemStatusName": "Returned", "hsCode": "9405"}).json["updated"] == [ID]
    package = shown(de_seller)
    assert [line["orderLineItemStatusName"] for line in package["lines"]] == ["Created", "Returned"]
    assert package["lines"][1]["hsCode"] == "9405"
    assert events(de_seller) == [(ID, "Created")]
    body = {"lines": [{"lineId": LAMP, "quantity": 1}], "reasonId": 500}
    assert refusal(de_seller.call(cancel_package, body, path=PACKAGE))[1] == "line.quantity.exceeds.left"
    back = export(2, line={"orderLineItemStatusName": "Created"})
    message = f"lines.1.orderLineItemStatusName: units of line {LAMP} are Returned, which Created does not follow"
    assert refusal(back) == (409, "shipment.package.status.order", message)


DIFFERENCES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a quantity": (
        lambda package: package["lines"][0].update(quantity=2, discountDetails=None),
        f"lines.0.quantity: line {TRAYS} has 3 units, 0 of them cancelled; 2 and 0 were said",
    ),
    "a price": (
        lambda package: package["lines"][1].update(lineUnitPrice=1, discountDetails=None),
        f"lines.1.lineUnitPrice: line {LAMP} has other prices",
    ),
    "a cancelled line": (
        lambda package: package["lines"][1].update(orderLineItemStatusName="Cancelled"),
        f"lines.1.quantity: line {LAMP} has 1 units, 0 of them cancelled; 1 and 1 were said",
    ),
    "a line less": (lambda package: package["lines"].pop(), f"lines: line {LAMP} is missing"),
    "a line more": (
        lambda package: package["lines"].append({**package["lines"][1], "lineId": 5}),
        f"lines.2.lineId: package {ID} has no line 5",
    ),
}


@pytest.mark.parametrize(("change", "message"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_difference_in_units_is_refused_by_name_with_the_endpoint_to_use(
    first: dict[str, Any], de_seller: Caller, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    package = copy.deepcopy(first) | {"lastModifiedDate": first["lastModifiedDate"] + 1, "status": "Shipped"}
    change(package)
    instead = "PUT …/items/unsupplied cancels units, POST …/split-packages divides them"
    answer = de_seller.call(import_orders, package, path=SELLER)
    assert refusal(answer) == (409, "shipment.package.units.differ", f"{message}; {instead}")
    assert shown(de_seller)["status"] == "Created"


def test_what_is_accepted_is_done_first(export: Export, table: Table, de_seller: Caller) -> None:
    body = {"lines": [{"lineId": LAMP, "quantity": 1}], "reasonId": 500}
    de_seller.call(cancel_package, body, path=PACKAGE)
    assert refusal(export(status="Shipped"))[:2] == (409, "shipment.package.cancellations.waiting")
    returned = export(line={"orderLineItemStatusName": "Returned"})
    assert refusal(returned)[:2] == (409, "shipment.package.cancellations.waiting")
    assert export(status="Picking").status == 200
    Consumer(table).everything()
    answer = export(2, status="Shipped")
    assert refusal(answer)[:2] == (409, "shipment.package.replaced")
    successor = events(de_seller)[-1][0]
    moved = shown(de_seller, successor) | {"status": "Shipped"}
    assert de_seller.call(import_orders, moved, path=SELLER).json["updated"] == [successor]
    assert events(de_seller) == [
        (ID, "Picking"), (ID, "Cancelled"), (successor, "Created"), (successor, "Shipped"),
    ]  # fmt: skip


def test_a_split_that_is_accepted_is_made_first(export: Export, table: Table, de_seller: Caller) -> None:
    de_seller.call(split_package, {"orderLineIds": [LAMP]}, path=PACKAGE)
    assert refusal(export(status="Shipped"))[:2] == (409, "shipment.package.splitting")
    returned = export(line={"orderLineItemStatusName": "Returned"})
    assert refusal(returned)[:2] == (409, "shipment.package.splitting")
    Consumer(table).everything()
    assert refusal(export(status="Shipped"))[:2] == (409, "shipment.package.replaced")


def test_a_closed_package_that_is_exported_as_closed_is_nothing_new(
    export: Export, table: Table, de_seller: Caller
) -> None:
    body = {"lines": [{"lineId": LAMP, "quantity": 1}], "reasonId": 500}
    de_seller.call(cancel_package, body, path=PACKAGE)
    Consumer(table).everything()
    assert export(10**9, status="Cancelled").json == {"imported": [], "unchanged": [ID]}


def test_a_package_of_another_order_or_storefront_is_another_package(export: Export, first: dict[str, Any]) -> None:
    message = f"shipmentPackageId: package {ID} is of order 10811190301 in DE"
    assert refusal(export(orderNumber="7")) == (409, "shipment.package.exists.with.other.content", message)
    elsewhere = Caller("seller", (20811,), {"storeFrontCode": "RO"})
    answer = elsewhere.call(import_orders, first | {"cargoDeci": 11}, path=SELLER)
    assert refusal(answer) == (409, "shipment.package.exists.with.other.content", message)


def test_a_page_may_hold_new_known_and_repeated_packages(
    first: dict[str, Any], de_seller: Caller, clock: FrozenClock
) -> None:
    clock.now += timedelta(minutes=1)
    new = {**copy.deepcopy(first), "shipmentPackageId": 5}
    moved = copy.deepcopy(first) | {"status": "Shipped"}
    answer = de_seller.call(import_orders, [new, moved], path=SELLER)
    assert answer.json == {"imported": [5], "updated": [ID], "unchanged": []}
    again = de_seller.call(import_orders, [new, moved], path=SELLER)
    assert again.json == {"imported": [], "unchanged": [5, ID]}
