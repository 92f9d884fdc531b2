"""PUT /webhooks/order-cancel: a seller's cancel by item, accepted once, from whatever packages hold the item."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState
from cleave.store import order_keys
from cleave.store.packages import read_state
from cleave.store.reservations import reservation_item
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.order_cancel.app import handler as order_cancel
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_to
from tests.unit.builders import reservation

type Load = Callable[[str], list[dict[str, Any]]]

SELLER = 20811
ORDER = "10811190301"
PACKAGE = 3330811901
TRAY, TRAY_LINE, TRAYS = f"{ORDER}_SKU-TRAY-GREEN", "4765081101", 3
LAMP = f"{ORDER}_SKU-LAMP"


@pytest.fixture
def loaded(load: Load) -> list[dict[str, Any]]:
    """One order with three trays and a lamp in one package, besides others."""
    return load("sample-orders")


def body(cancel_id: int = 1, quantity: int = 1, **other: object) -> dict[str, object]:
    return {
        "cancel_id": cancel_id,
        "order_number": ORDER,
        "cancel_quantity": quantity,
        "order_item_number": TRAY,
        "reason": "out_of_stock",
        **other,
    }


def put(channel: Caller, *items: dict[str, object]) -> Answer:
    return channel.call(order_cancel, items[0] if len(items) == 1 else {"cancel_items": list(items)})


def stored(table: Table, package_id: int = PACKAGE) -> PackageState:
    found = read_state(table, SELLER, package_id)
    assert found is not None
    return found


def waiting(table: Table, package_id: int = PACKAGE) -> list[dict[int, int]]:
    return [dict(reservation.units) for reservation in stored(table, package_id).reservations]


def left(table: Table, package_id: int = PACKAGE) -> dict[int, int]:
    return dict(stored(table, package_id).availability.left)


def split(table: Table, clock: FrozenClock, package_id: int = PACKAGE) -> Package | None:
    clock.move(seconds=1)
    return apply_to(table, SELLER, package_id).successor


def set_status(table: Table, package_id: int, status: str) -> None:
    update = Update(
        order_keys.package(SELLER, package_id),
        "SET #status = :status",
        "attribute_exists(pk)",
        {"status": status},
        {"status": "status"},
    )
    table.write([update])


def problem(answer: Answer) -> tuple[int, str, str | None]:
    """Status, key and field of a refusal that is well formed."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    (error,) = answer.json["errors"]
    assert error["detail"] == answer.json["detail"]
    return answer.status, error["key"], error["field"]


pytestmark = pytest.mark.usefixtures("loaded")


def test_the_start_pages_own_body_is_answered_200_with_an_empty_object(table: Table, channel: Caller) -> None:
    answer = put(channel, body())
    assert (answer.status, answer.json) == (200, {})
    assert waiting(table) == [{int(TRAY_LINE): 1}]


def test_the_cancel_items_form_is_taken_for_one_item_and_for_many(table: Table, channel: Caller) -> None:
    one = channel.call(order_cancel, {"cancel_items": [body(1)]})
    many = put(channel, body(2), body(3, order_item_number=LAMP, reason="customer_demand"))
    assert [(answer.status, answer.json) for answer in (one, many)] == [(200, {})] * 2
    assert len(waiting(table)) == 3


def test_a_repeat_is_answered_the_same_and_takes_nothing_more(table: Table, channel: Caller) -> None:
    answers = [
        put(channel, body(1, 2)),
        put(channel, body(1, 2)),
        channel.call(order_cancel, {"cancel_items": [body(1, 2)]}),
    ]
    assert [(answer.status, answer.json) for answer in answers] == [(200, {})] * 3
    assert waiting(table) == [{int(TRAY_LINE): 2}]


@pytest.mark.parametrize("other", [{"cancel_quantity": 2}, {"reason": "wrong_price"}, {"order_item_number": LAMP}])
def test_a_cancel_id_that_came_with_other_content_is_refused(
    table: Table, channel: Caller, other: dict[str, object]
) -> None:
    put(channel, body(1))
    assert problem(put(channel, body(1) | other)) == (422, "idempotency.key.reused", "cancel_id")
    assert waiting(table) == [{int(TRAY_LINE): 1}]


def test_a_cancel_id_is_each_callers_own(table: Table, channel: Caller) -> None:
    other = Caller("channel", (SELLER,), {}, credential="another-channel")
    assert [put(each, body(1)).status for each in (channel, other)] == [200, 200]
    assert len(waiting(table)) == 2


def test_a_repeat_after_the_units_are_gone_is_still_200(table: Table, channel: Caller, clock: FrozenClock) -> None:
    items = [body(1, TRAYS), body(2, order_item_number=LAMP)]
    put(channel, *items)
    assert put(channel, *items).status == 200, "reserved"
    assert split(table, clock) is None
    assert put(channel, *items).status == 200, "split, and nothing of the order is live"
    assert problem(put(channel, body(1, TRAYS - 1))) == (422, "idempotency.key.reused", "cancel_id")


def test_a_repeat_beside_a_new_item_takes_the_new_one_only(table: Table, channel: Caller) -> None:
    put(channel, body(1, TRAYS))
    assert put(channel, body(1, TRAYS), body(2, order_item_number=LAMP)).status == 200
    assert left(table) == {int(TRAY_LINE): 0, 4765081102: 0}


def test_all_items_are_accepted_or_none(table: Table, channel: Caller) -> None:
    answer = put(channel, body(1), body(2, order_item_number=LAMP, cancel_quantity=2))
    assert problem(answer) == (409, "line.quantity.exceeds.left", "cancel_items.1.cancel_quantity")
    assert waiting(table) == []
    assert put(channel, body(1)).status == 200, "the refusal left no trace of its cancel_id"


def test_two_items_of_one_request_can_not_share_units(table: Table, channel: Caller) -> None:
    answer = put(channel, body(1, 2), body(2, 2))
    assert problem(answer) == (409, "line.quantity.exceeds.left", "cancel_items.1.cancel_quantity")
    assert waiting(table) == []


def test_units_that_wait_for_another_cancel_can_not_be_taken_again(channel: Caller) -> None:
    put(channel, body(1, 2))
    assert problem(put(channel, body(2, 2))) == (409, "line.quantity.exceeds.left", "cancel_quantity")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"cancel_id": "C-1"}, (400, "bad.request", "cancel_id")),
        ({"cancel_quantity": 0}, (400, "bad.request", "cancel_quantity")),
        ({"order_number": "no-such-order"}, (404, "order.not.found", "order_number")),
        ({"order_item_number": f"{ORDER}_NONE"}, (404, "order.item.not.found", "order_item_number")),
        ({"cancel_quantity": TRAYS + 1}, (409, "line.quantity.exceeds.left", "cancel_quantity")),
        ({"reason": "bad_weather"}, (400, "cancel.reason.unknown", "reason")),
    ],
)
def test_a_refusal_names_its_key_and_the_field(
    channel: Caller, wrong: dict[str, object], refusal: tuple[int, str, str]
) -> None:
    assert problem(put(channel, body() | wrong)) == refusal


def test_an_unknown_reason_is_answered_with_the_known_ones(channel: Caller) -> None:
    answer = put(channel, body(reason="bad_weather"))
    assert answer.json["detail"] == (
        "known reasons: out_of_stock, damaged_product, wrong_price, wrong_listing, integration_error, bulk_purchase, "
        "force_majeure, customer_demand"
    )


def test_a_reason_is_one_content_in_any_letter_case(table: Table, channel: Caller) -> None:
    assert [put(channel, body(reason=word)).status for word in ("OUT_OF_STOCK", "out_of_stock", " OutOfStock ")] == [
        200
    ] * 3
    assert len(waiting(table)) == 1


def test_an_order_of_a_seller_that_the_caller_may_not_act_for_is_no_order(table: Table) -> None:
    stranger = Caller("channel", (20812,), {})
    foreign = put(stranger, body())
    missing = put(stranger, body(order_number="10811190399"))
    assert problem(foreign) == problem(missing) == (404, "order.not.found", "order_number")
    assert waiting(table) == []


def test_a_sellers_credential_is_no_channels(de_seller: Caller) -> None:
    assert problem(put(de_seller, body())) == (403, "authorization.error", None)


def test_units_in_a_package_that_is_shipped_are_not_cancelled(table: Table, channel: Caller) -> None:
    set_status(table, PACKAGE, "Shipped")
    assert problem(put(channel, body())) == (409, "line.quantity.exceeds.left", "cancel_quantity")


def test_a_cancel_follows_the_item_into_the_package_that_a_split_made(
    table: Table, channel: Caller, clock: FrozenClock
) -> None:
    put(channel, body(1, 1))
    successor = split(table, clock)
    assert successor is not None
    assert put(channel, body(2, 2)).status == 200
    assert waiting(table, successor.package_id) == [{int(TRAY_LINE): 2}]


def test_a_cancel_finds_units_left_by_a_cancel_in_the_other_dialect(
    table: Table, channel: Caller, de_seller: Caller
) -> None:
    trendyol = {"lines": [{"lineId": int(TRAY_LINE), "quantity": 2}], "reasonId": 500}
    path = {"sellerId": SELLER, "packageId": PACKAGE}
    assert de_seller.call(cancel_package, trendyol, path=path).status == 200
    assert problem(put(channel, body(1, 2))) == (409, "line.quantity.exceeds.left", "cancel_quantity")
    assert put(channel, body(1, 1)).status == 200
    assert left(table)[int(TRAY_LINE)] == 0


def test_a_package_with_too_many_waiting_cancels_asks_to_come_back(table: Table, channel: Caller) -> None:
    crowd = {f"trendyol#{SELLER}#{n}": reservation_item(reservation("", {})) for n in range(50)}
    update = Update(
        order_keys.package(SELLER, PACKAGE), "SET waiting = :crowd", "attribute_exists(pk)", {"crowd": crowd}
    )
    table.write([update])
    answer = put(channel, body())
    assert problem(answer) == (429, "shipment.package.too.many.waiting", None)
    assert answer.headers["Retry-After"] == "1"


ACCEPTED = ["Query", "TransactWriteItems"]


def test_accepting_takes_two_round_trips(table: Table, channel: Caller) -> None:
    with calls_of(table.client) as calls:
        assert put(channel, body(1), body(2, order_item_number=LAMP)).status == 200
    assert calls == ACCEPTED


@pytest.mark.parametrize(
    ("refused", "trips"),
    [
        (body(2, 2), ACCEPTED),  # others hold the units: the transaction says so
        (body(1, 1), ACCEPTED),  # its cancel_id came with other content
        (body(2, TRAYS + 1), ["Query", "BatchGetItem"]),  # never so many: only a repeat could be answered 200
        (body(2, order_number="no-such-order"), ["Query", "BatchGetItem"]),
        (body(2, reason="bad_weather"), []),
    ],
)
def test_refusing_takes_at_most_two_round_trips(
    table: Table, channel: Caller, refused: dict[str, object], trips: list[str]
) -> None:
    put(channel, body(1, 2))
    with calls_of(table.client) as calls:
        assert put(channel, refused).status >= 400
    assert calls == trips


def test_a_repeat_takes_two_round_trips(table: Table, channel: Caller, clock: FrozenClock) -> None:
    put(channel, body(1, TRAYS))
    with calls_of(table.client) as calls:
        put(channel, body(1, TRAYS))
    assert calls == ACCEPTED
    split(table, clock)
    with calls_of(table.client) as calls:
        put(channel, body(1, TRAYS))
    assert calls == ["Query", "BatchGetItem"]
