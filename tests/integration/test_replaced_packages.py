"""A package that was replaced names the packages in which its units live, over any splits, in as few round trips."""

from typing import Any

import pytest
from cleave.store import order_keys
from cleave.store.orders import read_order
from cleave.table.requests import Delete
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.split_packages.app import handler as split_packages
from functions.update_package.app import handler as update_package
from tests.support.gateway import Answer, Caller
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_waiting

SELLER = {"sellerId": 20811}


@pytest.fixture
def package(table: Table, de_seller: Caller) -> Package:
    """Twelve units of one line."""
    del table
    loaded = fresh_package(20811, "DE", {"A": 12}, seller_pays=True)
    assert de_seller.call(import_orders, [loaded], path=SELLER).status == 200
    return loaded


def cancel(seller: Caller, package: Package, package_id: int, quantity: int = 1) -> Answer:
    body = {"lines": [{"lineId": package["lines"][0]["lineId"], "quantity": quantity}], "reasonId": 500}
    return seller.call(cancel_package, body, path={**SELLER, "packageId": package_id})


def cut(seller: Caller, package: Package, package_id: int, quantities: list[int]) -> Answer:
    line = package["lines"][0]["lineId"]
    groups = [{"packageDetails": [{"orderLineId": line, "quantities": each}]} for each in quantities]
    return seller.call(split_packages, {"splitPackages": groups}, path={**SELLER, "packageId": package_id})


def cancel_one(seller: Caller, table: Table, package: Package, package_id: int) -> int:
    """The successor's id."""
    assert cancel(seller, package, package_id).status == 200
    (successor,) = apply_waiting(table)[package_id]
    return successor


def asked(table: Table, call: Any) -> tuple[Answer, list[str]]:  # noqa: ANN401 - a call of a handler
    """The answer, and the requests that it took."""
    operations: list[str] = []

    def note(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        operations.append(model.name)

    table.client.meta.events.register("before-call.dynamodb", note)
    try:
        return call(), operations
    finally:
        table.client.meta.events.unregister("before-call.dynamodb", note)


def replaced(answer: Answer, package_id: int, status: str, by: list[int]) -> bool:
    names = ", ".join(str(each) for each in sorted(by))
    since = f"it was replaced by package {names}" if by else "its units have all been cancelled since"
    (error,) = answer.json["errors"]
    said = (answer.status, error["key"], error["message"])
    return said == (409, "shipment.package.replaced", f"package {package_id} is {status}; {since}")


@pytest.mark.parametrize(("splits", "reads"), [(1, 0), (2, 1), (3, 1), (11, 1)])
def test_every_package_of_a_chain_names_the_live_one(
    table: Table, de_seller: Caller, package: Package, splits: int, reads: int
) -> None:
    chain = [package["shipmentPackageId"]]
    for _ in range(splits):
        chain.append(cancel_one(de_seller, table, package, chain[-1]))
    first, *later, live = chain
    answer, operations = asked(table, lambda: cancel(de_seller, package, first, 2))
    assert replaced(answer, first, "Cancelled", [live])
    assert operations == ["TransactWriteItems"] + ["GetItem"] * reads
    assert all(replaced(cancel(de_seller, package, each, 2), each, "Cancelled", [live]) for each in later)


def test_a_package_names_all_that_live_of_those_that_it_was_split_into(
    table: Table, de_seller: Caller, package: Package
) -> None:
    first = package["shipmentPackageId"]
    assert cut(de_seller, package, first, [3, 4]).status == 200
    one, two, rest = apply_waiting(table)[first]
    smaller = cancel_one(de_seller, table, package, two)
    assert cut(de_seller, package, rest, [2]).status == 200
    rests = apply_waiting(table)[rest]
    answer, operations = asked(table, lambda: cancel(de_seller, package, first))
    assert replaced(answer, first, "UnPacked", [one, smaller, *rests])
    assert operations == ["TransactWriteItems", "GetItem"]
    answer, operations = asked(table, lambda: cancel(de_seller, package, rest))
    assert replaced(answer, rest, "UnPacked", list(rests))
    assert operations == ["TransactWriteItems"]


def test_a_package_whose_units_are_all_cancelled_by_now_says_so(
    table: Table, de_seller: Caller, package: Package
) -> None:
    first = package["shipmentPackageId"]
    second = cancel_one(de_seller, table, package, first)
    assert cancel(de_seller, package, second, 11).status == 200
    assert apply_waiting(table) == {second: ()}
    answer, operations = asked(table, lambda: cancel(de_seller, package, first, 2))
    assert replaced(answer, first, "Cancelled", [])
    assert operations == ["TransactWriteItems", "GetItem"]


def test_a_change_of_status_names_the_live_one_by_the_read_that_it_takes_anyway(
    table: Table, de_seller: Caller, package: Package
) -> None:
    first = package["shipmentPackageId"]
    live = cancel_one(de_seller, table, package, first)
    path = {**SELLER, "packageId": first}
    answer, operations = asked(table, lambda: de_seller.call(update_package, {"status": "Picking"}, path=path))
    assert replaced(answer, first, "Cancelled", [live])
    assert operations == ["GetItem"]


def test_a_package_whose_parents_time_is_over_can_be_replaced_all_the_same(
    table: Table, de_seller: Caller, package: Package
) -> None:
    first = package["shipmentPackageId"]
    second = cancel_one(de_seller, table, package, first)
    table.delete(Delete(order_keys.package(20811, first)))
    third = cancel_one(de_seller, table, package, second)
    answer, operations = asked(table, lambda: cancel(de_seller, package, second, 2))
    assert replaced(answer, second, "Cancelled", [third])
    assert operations == ["TransactWriteItems"]
    assert table.get(order_keys.package(20811, first)) is None


def test_an_order_keeps_only_the_chains_that_lead_to_a_package_that_lives(
    table: Table, de_seller: Caller, package: Package
) -> None:
    first = package["shipmentPackageId"]
    assert cut(de_seller, package, first, [3, 4]).status == 200
    of_first = apply_waiting(table)[first]
    for each, units in zip(of_first, (3, 4, 5), strict=True):
        assert cancel(de_seller, package, each, units).status == 200
    assert apply_waiting(table) == dict.fromkeys(of_first, ())
    order = read_order(table, 20811, package["orderNumber"])
    assert (order.live, order.chains) == ((), {})
    assert replaced(cancel(de_seller, package, first), first, "UnPacked", [])
