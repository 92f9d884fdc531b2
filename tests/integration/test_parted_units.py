"""Units that went a way of their own: nobody takes them, and what happens to their neighbours leaves them alone."""

from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_order_item.app import handler as cancel_order_item
from functions.cancel_package.app import handler as cancel_package
from functions.dry_run_cancel_package.app import handler as dry_run_cancel_package
from functions.dry_run_order_cancel.app import handler as dry_run_order_cancel
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.multi_split.app import handler as multi_split
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split
from functions.split_packages.app import handler as split_packages
from functions.update_package.app import handler as update_package
from tests.support.gateway import Answer, Caller, Handler
from tests.support.samples import sample
from tests.support.streaming import Consumer

PACKAGE = {"sellerId": 20811, "packageId": 3330811901}
TRAYS, LAMP = 4765081101, 4765081102
Rows = list[tuple[int, int, str]]


@pytest.fixture
def wire() -> dict[str, Any]:
    """Invoiced: three trays, and a lamp that has come back."""
    package: dict[str, Any] = sample("sample-orders")["content"][0]
    package |= {"status": "Invoiced", "shipmentPackageStatus": "Invoiced"}
    for line, status in zip(package["lines"], ("Invoiced", "Returned"), strict=True):
        line["orderLineItemStatusName"] = status
    return package


def load(seller: Caller, package: dict[str, Any]) -> None:
    answer = seller.call(import_orders, package, path={"sellerId": 20811})
    assert answer.json == {"imported": [3330811901], "unchanged": []}


def parts(line: dict[str, Any], *shares: tuple[int, str]) -> list[dict[str, Any]]:
    """The line once for each way that its units went."""
    units = list(line["discountDetails"])
    rows = []
    for quantity, status in shares:
        mine, units = units[:quantity], units[quantity:]
        rows.append({**line, "quantity": quantity, "orderLineItemStatusName": status, "discountDetails": mine})
    return rows


def cancel(seller: Caller, line_id: int, quantity: int) -> Answer:
    body = {"lines": [{"lineId": line_id, "quantity": quantity}], "reasonId": 500}
    return seller.call(cancel_package, body, path=PACKAGE)


def shown(seller: Caller) -> list[tuple[str, Rows]]:
    """Status and lines of each package of the order, the oldest first."""
    query = {"orderNumber": ["10811190301"], "orderByDirection": ["ASC"], "orderByField": ["CreatedDate"]}
    content = seller.call(get_shipment_packages, path={"sellerId": 20811}, query=query).json["content"]
    return [
        (
            each["status"],
            [(line["lineId"], line["quantity"], line["orderLineItemStatusName"]) for line in each["lines"]],
        )
        for each in content
    ]


def key_of(answer: Answer) -> str:
    key: str = answer.json["errors"][0]["key"]
    return key


def test_they_are_not_cancelled_by_either_dialect_nor_in_a_dry_run(
    table: Table, de_seller: Caller, channel: Caller, wire: dict[str, Any]
) -> None:
    del table
    load(de_seller, wire)
    assert key_of(cancel(de_seller, LAMP, 1)) == "line.quantity.exceeds.left"
    body = {"lines": [{"lineId": LAMP, "quantity": 1}], "reasonId": 500}
    tried = de_seller.call(dry_run_cancel_package, body, path=PACKAGE)
    assert (tried.json["accepted"], tried.json["refusal"]["errors"][0]["key"]) == (False, "line.quantity.exceeds.left")
    item = {
        "cancel_id": 1,
        "order_number": "10811190301",
        "cancel_quantity": 1,
        "order_item_number": "10811190301_SKU-LAMP",
        "reason": "out_of_stock",
    }
    assert key_of(channel.call(order_cancel, item)) == "line.quantity.exceeds.left"
    assert channel.call(dry_run_order_cancel, item).json["accepted"] is False
    assert shown(de_seller) == [("Invoiced", [(TRAYS, 3, "Invoiced"), (LAMP, 1, "Returned")])]


def test_they_go_on_with_the_successor_as_they_are(table: Table, de_seller: Caller, wire: dict[str, Any]) -> None:
    load(de_seller, wire)
    assert cancel(de_seller, TRAYS, 1).status == 200
    Consumer(table).everything()
    assert shown(de_seller) == [
        ("Cancelled", [(TRAYS, 1, "UnSupplied"), (TRAYS, 2, "UnPacked"), (LAMP, 1, "UnPacked")]),
        ("Created", [(TRAYS, 2, "Created"), (LAMP, 1, "Returned")]),
    ]


def test_where_all_others_are_cancelled_the_successor_has_their_status(
    table: Table, de_seller: Caller, wire: dict[str, Any]
) -> None:
    load(de_seller, wire)
    cancel(de_seller, TRAYS, 3)
    Consumer(table).everything()
    assert shown(de_seller)[1] == ("Returned", [(LAMP, 1, "Returned")])


def test_a_split_cannot_name_them_and_takes_them_along_last(
    table: Table, de_seller: Caller, wire: dict[str, Any]
) -> None:
    load(de_seller, wire)
    named = [{"packageDetails": [{"orderLineId": LAMP, "quantities": 1}]}]
    assert (
        key_of(de_seller.call(split_packages, {"splitPackages": named}, path=PACKAGE)) == "line.quantity.exceeds.left"
    )
    named = [{"packageDetails": [{"orderLineId": TRAYS, "quantities": 3}]}]
    assert de_seller.call(split_packages, {"splitPackages": named}, path=PACKAGE).status == 200
    Consumer(table).everything()
    assert sorted(shown(de_seller)[1:]) == [("Created", [(TRAYS, 3, "Created")]), ("Returned", [(LAMP, 1, "Returned")])]


@pytest.mark.parametrize(
    ("handler", "body", "field"),
    [
        (split, {"orderLineIds": [LAMP]}, "orderLineIds.0"),
        (multi_split, {"splitGroups": [{"orderLineIds": [LAMP]}]}, "splitGroups.0.orderLineIds.0"),
    ],
)
def test_a_split_of_whole_lines_cannot_name_them_either(
    table: Table, de_seller: Caller, wire: dict[str, Any], handler: Handler, body: object, field: str
) -> None:
    """It would make a package of nothing."""
    load(de_seller, wire)
    answer = de_seller.call(handler, body, path=PACKAGE)
    assert (answer.status, key_of(answer)) == (409, "line.quantity.exceeds.left")
    assert answer.json["errors"][0]["message"] == f"{field}: line {LAMP} has no units left that can be split off"
    Consumer(table).everything()
    assert shown(de_seller) == [("Invoiced", [(TRAYS, 3, "Invoiced"), (LAMP, 1, "Returned")])]


def test_a_status_of_the_package_leaves_them_as_they_are(table: Table, de_seller: Caller, wire: dict[str, Any]) -> None:
    del table
    wire |= {"status": "Picking", "shipmentPackageStatus": "Picking"}
    wire["lines"][0]["orderLineItemStatusName"] = "Picking"
    load(de_seller, wire)
    de_seller.call(update_package, {"status": "Invoiced", "params": {"invoiceNumber": "A1"}}, path=PACKAGE)
    assert shown(de_seller) == [("Invoiced", [(TRAYS, 3, "Invoiced"), (LAMP, 1, "Returned")])]


def test_a_line_whose_units_went_several_ways_is_taken_and_counted_right(
    table: Table, de_seller: Caller, wire: dict[str, Any]
) -> None:
    wire["lines"] = [*parts(wire["lines"][0], (1, "Cancelled"), (1, "Invoiced"), (1, "Returned")), wire["lines"][1]]
    load(de_seller, wire)
    refused = cancel(de_seller, TRAYS, 2)
    assert refused.json["errors"][0]["message"].endswith("line 4765081101 has 1 units left, 2 were asked for")
    assert cancel(de_seller, TRAYS, 1).status == 200
    Consumer(table).everything()
    closed, successor = shown(de_seller)
    assert closed == (
        "Cancelled",
        [(TRAYS, 1, "Cancelled"), (TRAYS, 1, "UnSupplied"), (TRAYS, 1, "UnPacked"), (LAMP, 1, "UnPacked")],
    )
    assert successor == ("Returned", [(TRAYS, 1, "Returned"), (LAMP, 1, "Returned")])


def test_to_cancel_a_whole_item_is_refused_where_some_of_it_has_gone(
    table: Table, de_seller: Caller, channel: Caller, wire: dict[str, Any]
) -> None:
    del table
    wire["lines"] = [*parts(wire["lines"][0], (2, "Invoiced"), (1, "Returned")), wire["lines"][1]]
    load(de_seller, wire)
    path = {"orderNumber": "10811190301", "orderItemNumber": "10811190301_SKU-TRAY-GREEN"}
    answer = channel.call(cancel_order_item, {"reason": "customer_demand"}, path=path)
    assert (answer.status, key_of(answer)) == (409, "shipment.package.status.not.cancellable")


@pytest.mark.parametrize("word", ["ReadyToShip", "ReturnAccepted"])
def test_a_word_that_nobody_knows_is_kept_and_nothing_is_cancelled_under_it(
    table: Table, de_seller: Caller, wire: dict[str, Any], word: str
) -> None:
    del table
    wire["lines"][1]["orderLineItemStatusName"] = word
    load(de_seller, wire)
    assert key_of(cancel(de_seller, LAMP, 1)) == "line.quantity.exceeds.left"
    assert shown(de_seller) == [("Invoiced", [(TRAYS, 3, "Invoiced"), (LAMP, 1, word)])]


def test_a_package_under_such_a_word_gives_nothing(table: Table, de_seller: Caller, wire: dict[str, Any]) -> None:
    del table
    wire |= {"status": "Repack", "shipmentPackageStatus": "Repack"}
    load(de_seller, wire)
    assert key_of(cancel(de_seller, TRAYS, 1)) == "shipment.package.status.not.cancellable"
    query = {"status": ["Repack"]}
    found = de_seller.call(get_shipment_packages, path={"sellerId": 20811}, query=query)
    assert [each["status"] for each in found.json["content"]] == ["Repack"]
