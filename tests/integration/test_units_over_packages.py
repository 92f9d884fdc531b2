"""Which packages give the units of an item, where several hold it or one was split meanwhile."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from cleave.store import order_keys
from cleave.store.packages import read_state
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.splits import apply_to

SELLER, OTHER = 20811, 20812
ORDER = "10811190301"
LINE = 4765081101
ITEM = f"{ORDER}_SKU-TRAY-GREEN"
DAY = 86_400_000


def package(package_id: int, *, day: int = 0, seller: int = SELLER, order: str = ORDER) -> dict[str, Any]:
    """Three units of the item, ordered ``day`` days after the sample."""
    found: dict[str, Any] = copy.deepcopy(sample("sample-orders")["content"][0])
    found |= {"shipmentPackageId": package_id, "supplierId": seller, "orderNumber": order}
    found["orderDate"] += day * DAY
    found["lines"] = found["lines"][:1]
    return found


def load(seller: Caller, *packages: dict[str, Any]) -> None:
    assert seller.call(import_orders, list(packages), path={"sellerId": seller.sellers[0]}).status == 200


def cancel(channel: Caller, quantity: int, *more: dict[str, object], cancel_id: int = 1) -> Answer:
    first = {
        "cancel_id": cancel_id,
        "order_number": ORDER,
        "cancel_quantity": quantity,
        "order_item_number": ITEM,
        "reason": "out_of_stock",
    }
    return channel.call(order_cancel, {"cancel_items": [first, *more]})


def reserved(table: Table, package_id: int, seller: int = SELLER) -> int:
    found = read_state(table, seller, package_id)
    assert found is not None
    return sum(reservation.units[LINE] for reservation in found.reservations)


def ship(table: Table, *package_ids: int) -> None:
    for package_id in package_ids:
        change = "SET #status = :status"
        values, names = {"status": "Shipped"}, {"status": "status"}
        table.write([Update(order_keys.package(SELLER, package_id), change, "attribute_exists(pk)", values, names)])


@pytest.fixture
def before_write(table: Table) -> Callable[[Callable[[], object]], None]:
    """Has something happen between the handler's read and its first transaction."""
    to_do: list[Callable[[], object]] = []

    def interrupt(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        if model.name == "TransactWriteItems" and to_do:
            to_do.pop()()

    table.client.meta.events.register("before-call", interrupt)
    return to_do.append


def test_the_oldest_package_gives_its_units_first(table: Table, de_seller: Caller, channel: Caller) -> None:
    load(de_seller, package(11, day=2), package(12, day=1), package(13, day=1))
    assert cancel(channel, 7).status == 200
    assert [reserved(table, each) for each in (12, 13, 11)] == [3, 3, 1]


def test_shipped_packages_are_passed_over_however_many_there_are(
    table: Table, de_seller: Caller, channel: Caller
) -> None:
    load(de_seller, *(package(each, day=each) for each in range(1, 10)))
    ship(table, *range(1, 9))
    with calls_of(table.client) as calls:
        assert cancel(channel, 2).status == 200
    assert reserved(table, 9) == 2
    assert calls == ["Query", "TransactWriteItems", "BatchGetItem", "TransactWriteItems"]


def test_an_item_that_is_all_shipped_is_refused_for_good(table: Table, de_seller: Caller, channel: Caller) -> None:
    load(de_seller, *(package(each, day=each) for each in range(1, 10)))
    ship(table, *range(1, 10))
    answer = cancel(channel, 1)
    assert (answer.status, answer.json["errors"][0]["key"]) == (409, "line.quantity.exceeds.left")


def test_a_cancel_follows_a_package_that_is_split_while_it_is_on_its_way(
    table: Table,
    de_seller: Caller,
    channel: Caller,
    before_write: Callable[[Callable[[], object]], None],
) -> None:
    load(de_seller, package(11))
    assert cancel(channel, 1, cancel_id=1).status == 200
    before_write(lambda: apply_to(table, SELLER, 11))
    assert cancel(channel, 2, cancel_id=2).status == 200
    closed = read_state(table, SELLER, 11)
    assert closed is not None
    (successor,) = closed.package.successor_ids
    assert reserved(table, successor) == 2


def test_a_cancel_follows_a_package_that_is_split_while_another_one_refuses_it(
    table: Table,
    de_seller: Caller,
    channel: Caller,
    before_write: Callable[[Callable[[], object]], None],
) -> None:
    """The second package is looked at only because the first, which is older, has left."""
    load(de_seller, package(11, day=1), package(12, day=2))
    mine = {"lines": [{"lineId": LINE, "quantity": 1}], "reasonId": 500}

    def meanwhile() -> None:
        ship(table, 11)
        assert de_seller.call(cancel_package, mine, path={"sellerId": SELLER, "packageId": 12}).status == 200
        apply_to(table, SELLER, 12)

    before_write(meanwhile)
    assert cancel(channel, 2).status == 200
    closed = read_state(table, SELLER, 12)
    assert closed is not None
    (successor,) = closed.package.successor_ids
    assert reserved(table, successor) == 2


def test_the_same_request_twice_at_once_is_accepted_once(
    table: Table, de_seller: Caller, channel: Caller, before_write: Callable[[Callable[[], object]], None]
) -> None:
    load(de_seller, package(11))
    before_write(lambda: cancel(channel, 3))
    assert cancel(channel, 3).status == 200
    assert reserved(table, 11) == 3


def test_the_last_units_go_to_one_of_two_that_want_them_at_once(
    table: Table, de_seller: Caller, channel: Caller, before_write: Callable[[Callable[[], object]], None]
) -> None:
    load(de_seller, package(11))
    before_write(lambda: cancel(channel, 2, cancel_id=1))
    assert cancel(channel, 2, cancel_id=2).status == 409
    assert reserved(table, 11) == 2


def test_packages_of_two_sellers_with_the_same_id_are_not_taken_for_one(
    table: Table, de_seller: Caller, tr_seller: Caller, channel: Caller
) -> None:
    load(de_seller, package(11))
    load(tr_seller, package(11, seller=OTHER, order="B-1"))
    other = {
        "cancel_id": 2,
        "order_number": "B-1",
        "cancel_quantity": 2,
        "order_item_number": "B-1_SKU-TRAY-GREEN",
        "reason": "out_of_stock",
    }
    assert cancel(channel, 1, other).status == 200
    assert [reserved(table, 11), reserved(table, 11, OTHER)] == [1, 2]


def test_an_item_that_two_sellers_of_the_order_hold_is_refused(
    de_seller: Caller, tr_seller: Caller, channel: Caller, table: Table
) -> None:
    del table
    load(de_seller, package(11))
    load(tr_seller, package(12, seller=OTHER))
    answer = cancel(channel, 1)
    assert (answer.status, answer.json["errors"][0]["key"]) == (409, "order.item.ambiguous")
    mine = Caller("channel", (SELLER,), {})
    assert cancel(mine, 1).status == 200, "a caller who acts for one of them has no choice to make"


def test_lines_without_a_stock_code_are_items_of_their_own(table: Table, de_seller: Caller, channel: Caller) -> None:
    """Exports have them; under one name, a cancel would take the first line's product for any of them."""
    whole = copy.deepcopy(sample("sample-orders")["content"][0])
    trays, lamp = whole["lines"]
    trays |= {"stockCode": None}
    lamp |= {"stockCode": "", "barcode": None}
    load(de_seller, whole)
    for cancel_id, name, expected in [(1, "", 404), (2, trays["barcode"], 200), (3, lamp["lineId"], 200)]:
        item = {"cancel_id": cancel_id, "order_number": ORDER, "cancel_quantity": 1, "reason": "out_of_stock"}
        answer = channel.call(order_cancel, {**item, "order_item_number": f"{ORDER}_{name}"})
        assert answer.status == expected, name
    found = read_state(table, SELLER, whole["shipmentPackageId"])
    assert found is not None
    assert [dict(each.units) for each in found.reservations] == [{trays["lineId"]: 1}, {lamp["lineId"]: 1}]
