"""HepsiGlobal's page "Order cancel (canceled by seller)", statement by statement; docs/conformance-hepsiglobal.md."""

import json
from collections.abc import Callable

import pytest
from cleave.domain.package_state import PackageState
from cleave.domain.reasons import CancelledBy, Reason
from cleave.store.orders import read_orders
from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.create_order.app import handler as create_order
from functions.order_cancel.app import handler as order_cancel
from tests.support.gateway import Answer, Caller
from tests.support.template import routes

SELLER = 20811
ORDER, SKU = "NMSAC3R37F2891PN-IO-1", "HBCV000057B1XL"
# As the page prints it.
EXAMPLE = """{
    "cancel_id": 1078354,
    "order_number": "NMSAC3R37F2891PN-IO-1",
    "cancel_quantity": 1,
    "order_item_number": "NMSAC3R37F2891PN-IO-1_HBCV000057B1XL",
    "reason": "out_of_stock"
}"""

type Send = Callable[[str], Answer]


@pytest.fixture(autouse=True)
def ordered(table: Table, channel: Caller) -> None:
    """The order of the example, with two units of its item."""
    del table
    item = {"item_number": f"{ORDER}_{SKU}", "company_id": SELLER, "sku": SKU, "quantity": 2, "unit_product_price": 9.5}
    order = {"order_number": ORDER, "order_date": "2026-10-17T16:01:26Z", "order_items": [item]}
    assert channel.call(create_order, order).status == 200


@pytest.fixture
def send(channel: Caller) -> Send:
    """As the page's curl call: with its one header, and Authorization, which the authorizer has dealt with."""
    return lambda body: channel.call(order_cancel, body, headers={"Content-Type": "application/json"})


def package(table: Table) -> PackageState:
    (order,) = read_orders(table, ORDER)
    found = read_state(table, SELLER, order.live[0].package_id)
    assert found is not None
    return found


def test_the_endpoint_is_put_webhooks_order_cancel() -> None:
    assert ("PUT", "/webhooks/order-cancel") in routes()


def test_the_other_endpoints_that_cleave_serves_have_the_pages_methods() -> None:
    assert {
        ("POST", "/v1/auth/token"),
        ("POST", "/v1/orders"),
        ("PUT", "/v1/orders/{orderNumber}/order_items/{orderItemNumber}"),
    } <= routes()


def test_the_pages_example_is_answered_200_with_an_empty_json_object(table: Table, send: Send) -> None:
    answer = send(EXAMPLE)
    assert (answer.status, answer.json, answer.headers["Content-Type"]) == (200, {}, "application/json")
    (reservation,) = package(table).reservations
    assert sum(reservation.units.values()) == 1
    assert reservation.cancellation_id.endswith("#1078354")


def test_the_cancel_is_the_sellers_and_out_of_stock(table: Table, send: Send) -> None:
    send(EXAMPLE)
    (reservation,) = package(table).reservations
    assert (reservation.cancelled_by, reservation.reason) == (CancelledBy.SELLER, Reason.OUT_OF_STOCK)


def test_each_item_of_the_cancel_items_array_has_the_examples_fields(table: Table, send: Send) -> None:
    example = json.loads(EXAMPLE)
    assert send(json.dumps({"cancel_items": [example, {**example, "cancel_id": 1078355}]})).json == {}
    assert len(package(table).reservations) == 2


@pytest.mark.parametrize("field", ["cancel_id", "order_number", "cancel_quantity", "order_item_number", "reason"])
@pytest.mark.parametrize("other", [{"a": 1}, None, True])
def test_every_field_of_the_example_is_needed_in_its_type(table: Table, send: Send, field: str, other: object) -> None:
    example = json.loads(EXAMPLE)
    missing = {name: value for name, value in example.items() if name != field}
    for body in (missing, example | {field: other}):
        answer = send(json.dumps(body))
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (400, [field])
    assert package(table).reservations == ()


def test_fields_that_the_page_does_not_show_are_let_pass(send: Send) -> None:
    assert send(json.dumps(json.loads(EXAMPLE) | {"note": "x"})).json == {}


def test_the_item_number_of_the_example_is_order_number_and_sku(table: Table, send: Send) -> None:
    send(EXAMPLE)
    (line,) = package(table).package.lines
    assert (line.item_number, line.stock_code) == (json.loads(EXAMPLE)["order_item_number"], SKU)


@pytest.mark.parametrize("body", ["cancel_id=1078354", "", EXAMPLE[:-1]])
def test_a_body_that_is_no_json_is_refused(send: Send, body: str) -> None:
    answer = send(body)
    assert (answer.status, answer.json["errors"][0]["key"]) == (400, "body.not.json")
