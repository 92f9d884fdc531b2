"""GET one cancellation: accepted, then applied, and to which packages; nothing of what was refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_order_item.app import handler as cancel_order_item
from functions.cancel_package.app import handler as cancel_package
from functions.get_cancellation.app import handler as get_cancellation
from functions.legacy_update_package.app import handler as legacy_update_package
from functions.order_cancel.app import handler as order_cancel
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_waiting

SELLER: dict[str, object] = {"sellerId": 20811}
PACKAGE: dict[str, object] = {**SELLER, "packageId": 3330811901}
ORDER = "10811190301"
TRAYS, LAMP = 4765081101, 4765081102
NOW = 1792314000000
BODY = {"lines": [{"lineId": TRAYS, "quantity": 2}], "reasonId": 501, "shouldKeepPreviousStatus": True}
ITEM = {
    "cancel_id": 4711,
    "order_number": ORDER,
    "cancel_quantity": 1,
    "order_item_number": f"{ORDER}_SKU-LAMP",
    "reason": "customer_demand",
}


@pytest.fixture(autouse=True)
def loaded(load: Callable[[str], list[dict[str, Any]]]) -> None:
    load("sample-orders")


def read(caller: Caller, name: object) -> Answer:
    path = SELLER if caller.role == "seller" else {}
    return caller.call(get_cancellation, path={**path, "cancellationId": name})


def accept(seller: Caller) -> str:
    answer = seller.call(cancel_package, BODY, path=PACKAGE)
    assert answer.status == 200
    return answer.headers["Cancellation-Id"]


def test_it_waits_and_then_it_is_applied(table: Table, de_seller: Caller, clock: FrozenClock) -> None:
    name = accept(de_seller)
    package = {"shipmentPackageId": 3330811901, "lines": [{"lineId": TRAYS, "quantity": 2}]}
    cancellation = {
        "cancellationId": name,
        "orderNumber": ORDER,
        "dialect": "trendyol",
        "reason": "damaged_product",
        "reasonId": 501,
        "cancelledBy": "Seller",
        "shouldKeepPreviousStatus": True,
        "acceptedDate": NOW,
        "correlationId": "test-request",
    }
    assert read(de_seller, name).json == {
        **cancellation,
        "state": "accepted",
        "appliedDate": None,
        "packages": [{**package, "state": "accepted", "status": "Created", "successorIds": []}],
    }
    clock.move(seconds=2)
    ((successor,),) = apply_waiting(table).values()
    assert read(de_seller, name).json == {
        **cancellation,
        "state": "applied",
        "appliedDate": NOW + 2000,
        "packages": [{**package, "state": "applied", "status": "Cancelled", "successorIds": [successor]}],
    }


def test_a_channel_names_it_by_its_own_cancel_id(table: Table, channel: Caller) -> None:
    assert channel.call(order_cancel, ITEM).status == 200
    found = read(channel, 4711).json
    assert (found["state"], found["dialect"], found["cancelledBy"]) == ("accepted", "hepsiglobal", "Customer")
    assert (found["reason"], found["reasonId"]) == ("customer_demand", 0)
    assert [each["lines"] for each in found["packages"]] == [[{"lineId": LAMP, "quantity": 1}]]
    apply_waiting(table)
    assert read(channel, 4711).json["state"] == "applied"


def test_every_path_without_a_key_of_the_callers_answers_with_the_name(de_seller: Caller, channel: Caller) -> None:
    older = {"status": "UnSupplied", "lines": [{"lineId": LAMP, "quantity": 1}], "params": {}}
    item = {"orderNumber": ORDER, "orderItemNumber": f"{ORDER}_SKU-TRAY-GREEN"}
    named = [
        (de_seller, de_seller.call(cancel_package, BODY, path=PACKAGE, headers={"Idempotency-Key": "1"})),
        (de_seller, de_seller.call(legacy_update_package, older, path=PACKAGE)),
        (channel, channel.call(cancel_order_item, {"reason": "customer_demand"}, path=item)),
    ]
    names = [answer.headers["Cancellation-Id"] for _, answer in named]
    assert [name.partition("-")[0] for name in names] == ["key", "content", "item"]
    found = [read(caller, name) for (caller, _), name in zip(named, names, strict=True)]
    assert [(each.status, each.json["cancellationId"]) for each in found] == [(200, name) for name in names]


def test_a_repeat_answers_with_the_same_name(de_seller: Caller) -> None:
    assert accept(de_seller) == accept(de_seller)


def test_what_was_refused_left_nothing_to_read(de_seller: Caller, channel: Caller) -> None:
    too_many = {"lines": [{"lineId": TRAYS, "quantity": 9}], "reasonId": 500}
    refused = de_seller.call(cancel_package, too_many, path=PACKAGE)
    assert (refused.status, "Cancellation-Id" in refused.headers) == (409, False)
    assert channel.call(order_cancel, {**ITEM, "cancel_quantity": 9}).status == 409
    answer = read(channel, 4711)
    assert (answer.status, answer.json["errors"][0]["key"]) == (404, "cancellation.not.found")


@pytest.mark.parametrize("name", ["0", "4711x", "content-1", f"content-{'A' * 32}", "a#b", "x" * 2000, ""])
def test_what_is_no_name_is_looked_for_nowhere(table: Table, de_seller: Caller, channel: Caller, name: str) -> None:
    with calls_of(table.client) as sent:
        answers = [read(de_seller, name), read(channel, name)]
    assert ([each.status for each in answers], sent) == ([404, 404], [])


def test_nobody_names_what_is_not_its_own(de_seller: Caller, channel: Caller) -> None:
    """Not even the seller of the package, or the channel of the order: they find it in the order's timeline."""
    name = accept(de_seller)
    assert channel.call(order_cancel, ITEM).status == 200
    assert [read(channel, name).status, read(de_seller, 4711).status] == [404, 404]
    assert read(replace(channel, credential="another"), 4711).status == 404


def test_a_channel_that_lost_the_seller_lost_its_cancellations_too(table: Table, channel: Caller) -> None:
    assert channel.call(order_cancel, ITEM).status == 200
    with calls_of(table.client) as sent:
        found = [read(replace(channel, sellers=(20812,)), name) for name in (4711, 4712)]
    assert (found[0].status, found[0].json, sent) == (404, found[1].json, ["GetItem"] * 2)


def test_in_another_storefront_there_is_no_such_cancellation(de_seller: Caller) -> None:
    name = accept(de_seller)
    answers = [read(replace(de_seller, headers={"storeFrontCode": code}), name).status for code in ("DE", "AE")]
    assert answers == [200, 404]
