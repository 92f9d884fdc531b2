"""PUT /v1/orders/{order_number}/order_items/{order_item_number}: the marketplace cancels all that an item has left."""

from typing import Any

import pytest
from cleave.domain.reasons import CancelledBy
from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.cancel_order_item.app import handler as cancel_order_item
from functions.order_cancel.app import handler as order_cancel
from tests.integration.conftest import FrozenClock
from tests.integration.test_units_over_packages import ITEM, LINE, ORDER, load, package, ship
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_waiting

SELLER = 20811
DONE = {"data": {}, "message": "the cancel of the item is accepted"}
REASON = {"reason": "customer_demand"}


def put(channel: Caller, body: Any = REASON, order: str = ORDER, item: str = ITEM) -> Answer:  # noqa: ANN401
    return channel.call(cancel_order_item, body, path={"orderNumber": order, "orderItemNumber": item})


def reserved(table: Table, package_id: int) -> list[tuple[int, CancelledBy]]:
    found = read_state(table, SELLER, package_id)
    assert found is not None
    return [(reservation.units[LINE], reservation.cancelled_by) for reservation in found.reservations]


def refusal(answer: Answer) -> tuple[int, str, str | None]:
    (error,) = answer.json["errors"]
    return answer.status, error["key"], error["field"]


@pytest.fixture
def two_packages(table: Table, de_seller: Caller) -> None:
    del table
    load(de_seller, package(11), package(12, day=1))


@pytest.mark.usefixtures("two_packages")
def test_every_unit_of_the_item_is_cancelled_for_the_customer(table: Table, channel: Caller) -> None:
    with calls_of(table.client) as calls:
        answer = put(channel)
    assert (answer.status, answer.json) == (200, DONE)
    assert [reserved(table, each) for each in (11, 12)] == [[(3, CancelledBy.CUSTOMER)]] * 2
    assert calls == ["Query", "TransactWriteItems"]


@pytest.mark.usefixtures("two_packages")
def test_a_repeat_is_answered_the_same_before_and_after_the_split(
    table: Table, channel: Caller, clock: FrozenClock
) -> None:
    assert put(channel) == put(channel)
    clock.move(seconds=1)
    assert set(apply_waiting(table)) == {11, 12}
    answer = put(channel)
    assert (answer.status, answer.json) == (200, DONE)


@pytest.mark.usefixtures("two_packages")
def test_units_that_a_seller_cancelled_are_left_to_that_cancel(table: Table, channel: Caller) -> None:
    body = {"cancel_id": 1, "order_number": ORDER, "cancel_quantity": 4, "order_item_number": ITEM}
    assert channel.call(order_cancel, body | {"reason": "out_of_stock"}).status == 200
    assert put(channel).status == 200
    assert [reserved(table, each) for each in (11, 12)] == [
        [(3, CancelledBy.SELLER)],
        [(1, CancelledBy.SELLER), (2, CancelledBy.CUSTOMER)],
    ]


@pytest.mark.usefixtures("two_packages")
def test_an_item_of_which_everything_is_claimed_is_refused(channel: Caller) -> None:
    body = {"cancel_id": 1, "order_number": ORDER, "cancel_quantity": 6, "order_item_number": ITEM}
    assert channel.call(order_cancel, body | {"reason": "out_of_stock"}).status == 200
    assert refusal(put(channel)) == (409, "line.quantity.exceeds.left", "order_item_number")


@pytest.mark.usefixtures("two_packages")
def test_an_item_that_is_shipped_in_part_is_not_cancelled_in_part(table: Table, channel: Caller) -> None:
    ship(table, 12)
    answer = put(channel)
    assert refusal(answer) == (409, "shipment.package.status.not.cancellable", "order_item_number")
    assert answer.json["detail"] == f"units of item {ITEM} are in package 12, which is Shipped"
    assert [reserved(table, each) for each in (11, 12)] == [[], []]


@pytest.mark.usefixtures("two_packages")
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"order": "none"}, (404, "order.not.found", "order_number")),
        ({"item": f"{ORDER}_NONE"}, (404, "order.item.not.found", "order_item_number")),
        ({"item": "x" * 402}, (404, "order.item.not.found", None)),
        ({"body": {"reason": "out_of_stock"}}, (400, "cancel.reason.unknown", "reason")),
        ({"body": {}}, (400, "bad.request", "reason")),
        ({"body": "{"}, (400, "body.not.json", None)),
    ],
)
def test_a_refusal_names_its_key_and_the_field(
    channel: Caller, request_: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    assert refusal(put(channel, **request_)) == expected


@pytest.mark.usefixtures("two_packages")
def test_an_order_of_a_seller_that_the_caller_may_not_act_for_is_no_order() -> None:
    stranger = Caller("channel", (20812,), {})
    assert refusal(put(stranger)) == (404, "order.not.found", "order_number")


def test_an_item_number_with_reserved_characters_comes_through_the_path(
    table: Table, channel: Caller, de_seller: Caller
) -> None:
    odd = package(11)
    odd["lines"][0]["stockCode"] = "A/B C"
    load(de_seller, odd)
    assert put(channel, item=f"{ORDER}_A%2FB%20C").status == 200
    assert reserved(table, 11) == [(3, CancelledBy.CUSTOMER)]
