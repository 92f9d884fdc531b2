"""Dry runs of both cancels: what would happen, or every reason why not, and nothing of it does."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.dry_run_cancel_package.app import handler as dry_run
from functions.dry_run_order_cancel.app import handler as dry_run_order_cancel
from functions.get_cancellation.app import handler as get_cancellation
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.guesses import READS, Guesses
from tests.support.privileges import granted
from tests.support.splits import apply_waiting

SELLER: dict[str, object] = {"sellerId": 20811}
PATH: dict[str, object] = {**SELLER, "packageId": 3330811901}
ORDER = "10811190301"
TRAYS, LAMP = 4765081101, 4765081102
SEEDS = 4
TRAY = f"{ORDER}_SKU-TRAY-GREEN"


@pytest.fixture(autouse=True)
def loaded(load: Callable[[str], list[dict[str, Any]]]) -> None:
    load("sample-orders")


def body(*lines: tuple[int, int], **fields: object) -> dict[str, object]:
    return {"lines": [{"lineId": each, "quantity": units} for each, units in lines], "reasonId": 500, **fields}


def item(cancel_id: int, quantity: int = 1, number: str = TRAY, **other: object) -> dict[str, object]:
    named = {"cancel_id": cancel_id, "order_number": ORDER, "order_item_number": number}
    return {**named, "cancel_quantity": quantity, "reason": "out_of_stock", **other}


def line(line_id: int, quantity: int, status: str, **more: object) -> dict[str, object]:
    number = {TRAYS: TRAY, LAMP: f"{ORDER}_SKU-LAMP"}[line_id]
    return {"lineId": line_id, "orderItemNumber": number, "quantity": quantity, "status": status, **more}


def items(table: Table) -> list[str]:
    found = table.client.scan(TableName=table.name)["Items"]
    return sorted(json.dumps(each, default=str, sort_keys=True) for each in found)


def reasons(answer: Answer) -> list[str]:
    """The keys with their fields, of a refusal in either shape."""
    assert (answer.status, answer.json["accepted"], answer.json["packages"]) == (200, False, [])
    errors = answer.json["refusal"]["errors"]
    return [f"{each.get('field') or each.get('message', '').partition(': ')[0]}: {each['key']}" for each in errors]


def test_it_tells_what_becomes_of_the_package_and_what_takes_its_place(de_seller: Caller) -> None:
    answer = de_seller.call(dry_run, body((TRAYS, 2)), path=PATH)
    (named,) = answer.json.pop("cancellations")
    assert answer.json == {
        "accepted": True,
        "status": 200,
        "refusal": None,
        "packages": [
            {
                "shipmentPackageId": 3330811901,
                "status": "Cancelled",
                "cancelledLines": [line(TRAYS, 2, "UnSupplied", requested=True)],
                "successor": {"status": "Created", "lines": [line(TRAYS, 1, "Created"), line(LAMP, 1, "Created")]},
            }
        ],
    }
    assert named["repeated"] is False
    real = de_seller.call(cancel_package, body((TRAYS, 2)), path=PATH)
    assert real.headers["Cancellation-Id"] == named["cancellationId"]


def test_with_every_unit_gone_nothing_takes_its_place(de_seller: Caller) -> None:
    (package,) = de_seller.call(dry_run, body((TRAYS, 3), (LAMP, 1)), path=PATH).json["packages"]
    assert (package["status"], package["successor"]) == ("Cancelled", None)


@pytest.mark.parametrize(("keep", "status"), [(True, "Picking"), (False, "Created")])
def test_the_status_that_remains_is_the_one_that_the_split_will_give(
    de_seller: Caller,
    status: str,
    *,
    keep: bool,
) -> None:
    assert de_seller.call(update_package, {"status": "Picking"}, path=PATH).status == 200
    (package,) = de_seller.call(dry_run, body((LAMP, 1), shouldKeepPreviousStatus=keep), path=PATH).json["packages"]
    assert package["successor"] == {"status": status, "lines": [line(TRAYS, 3, status)]}


def test_what_waits_already_goes_with_it(de_seller: Caller, channel: Caller) -> None:
    assert channel.call(order_cancel, item(1)).status == 200
    (package,) = de_seller.call(dry_run, body((TRAYS, 1)), path=PATH).json["packages"]
    gone = [(each["quantity"], each["requested"]) for each in package["cancelledLines"]]
    assert sorted(gone) == [(1, False), (1, True)]
    assert [each["quantity"] for each in package["successor"]["lines"]] == [1, 1]


def test_a_repeat_is_one_and_would_do_nothing_more(de_seller: Caller, channel: Caller) -> None:
    assert de_seller.call(cancel_package, body((TRAYS, 1)), path=PATH).status == 200
    assert channel.call(order_cancel, item(1)).status == 200
    for answer in (
        de_seller.call(dry_run, body((TRAYS, 1)), path=PATH),
        channel.call(dry_run_order_cancel, item(1)),
    ):
        assert (answer.json["accepted"], answer.json["status"], answer.json["packages"]) == (True, 200, [])
        assert [each["repeated"] for each in answer.json["cancellations"]] == [True]
    both = channel.call(dry_run_order_cancel, {"cancel_items": [item(1), item(2)]}).json
    assert both["cancellations"] == [
        {"cancellationId": "2", "repeated": False},
        {"cancellationId": "1", "repeated": True},
    ]


def test_a_key_that_was_used_is_the_first_reason_and_the_units_are_another(de_seller: Caller, channel: Caller) -> None:
    key = {"Idempotency-Key": "mine"}
    assert de_seller.call(cancel_package, body((TRAYS, 1)), path=PATH, headers=key).status == 200
    answer = de_seller.call(dry_run, body((TRAYS, 9)), path=PATH, headers=key)
    assert answer.json["status"] == 422
    assert [each.rpartition(": ")[2] for each in reasons(answer)] == [
        "idempotency.key.reused",
        "line.quantity.exceeds.left",
    ]
    assert channel.call(order_cancel, item(1)).status == 200
    other = channel.call(dry_run_order_cancel, {"cancel_items": [item(1, 2), item(2, 9)]})
    assert reasons(other) == [
        "cancel_items.0.cancel_id: idempotency.key.reused",
        "cancel_items.1.cancel_quantity: line.quantity.exceeds.left",
    ]


def test_a_seller_is_told_every_reason_at_once(de_seller: Caller) -> None:
    wrong = body((TRAYS, 9), (1, 1), (LAMP, 1), (LAMP, 1), reasonId=9)
    answer = de_seller.call(dry_run, wrong, path=PATH, headers={"Idempotency-Key": ""})
    assert (answer.json["status"], answer.json["refusal"]["exception"]) == (400, "ClientApiBusinessException")
    assert reasons(answer) == [
        "lines.3.lineId: bad.request",
        "reasonId: cancel.reason.unknown",
        "Idempotency-Key: bad.request",
        "lines.0.quantity: line.quantity.exceeds.left",
        "lines.1.lineId: line.not.found",
    ]


def test_a_channel_is_told_of_every_item_at_once(channel: Caller) -> None:
    wrong = [item(1, 9), item(2, 1, "nothing"), item(2, 1, reason="whim"), item(3, 1, order_number="none")]
    answer = channel.call(dry_run_order_cancel, {"cancel_items": wrong})
    assert (answer.json["status"], answer.json["refusal"]["title"]) == (400, "Bad Request")
    assert reasons(answer) == [
        "cancel_items.2.cancel_id: bad.request",
        "cancel_items.2.reason: cancel.reason.unknown",
        "cancel_items.0.cancel_quantity: line.quantity.exceeds.left",
        "cancel_items.1.order_item_number: order.item.not.found",
        "cancel_items.3.order_number: order.not.found",
    ]


def test_the_cancel_itself_names_every_item_at_fault_too(channel: Caller) -> None:
    answer = channel.call(order_cancel, {"cancel_items": [item(1, 9), item(2, 1, "nothing")]})
    assert answer.status == 409
    assert [each["field"] for each in answer.json["errors"]] == [
        "cancel_items.0.cancel_quantity",
        "cancel_items.1.order_item_number",
    ]


def test_a_package_that_was_replaced_is_told_with_what_took_its_place(table: Table, de_seller: Caller) -> None:
    assert de_seller.call(cancel_package, body((TRAYS, 1)), path=PATH).status == 200
    ((successor,),) = apply_waiting(table).values()
    answer = de_seller.call(dry_run, body((TRAYS, 2)), path=PATH)
    (error,) = answer.json["refusal"]["errors"]
    assert (answer.json["status"], error["key"]) == (409, "shipment.package.replaced")
    assert str(successor) in error["message"]


def test_while_a_split_is_under_way_both_say_what_the_cancel_would(de_seller: Caller, channel: Caller) -> None:
    assert de_seller.call(split_package, {"orderLineIds": [TRAYS]}, path=PATH).status == 200
    mine = de_seller.call(dry_run, body((TRAYS, 1)), path=PATH)
    assert [each.rpartition(": ")[2] for each in reasons(mine)] == ["shipment.package.splitting"]
    theirs = channel.call(dry_run_order_cancel, item(1))
    assert (theirs.json["status"], theirs.json["refusal"]["errors"][0]["key"]) == (429, "too.many.requests")


def test_what_is_no_cancel_at_all_is_refused_like_one(de_seller: Caller, channel: Caller) -> None:
    for caller, handler in ((de_seller, dry_run), (channel, dry_run_order_cancel)):
        answer = caller.call(handler, {"lines": 1}, path=PATH if caller is de_seller else None)
        assert (answer.status, answer.json["errors"][0]["key"]) == (400, "bad.request")
    assert de_seller.call(dry_run, body((TRAYS, 1)), path={**PATH, "sellerId": 20812}).status == 404


def test_a_path_that_names_no_package_is_a_reason_like_others(de_seller: Caller) -> None:
    answer = de_seller.call(dry_run, body((TRAYS, 1), reasonId=9), path={**PATH, "packageId": "x"})
    assert [each.rpartition(": ")[2] for each in reasons(answer)] == [
        "cancel.reason.unknown",
        "shipment.package.not.found",
    ]


def test_it_reads_once_and_writes_nothing(table: Table, de_seller: Caller, channel: Caller) -> None:
    before = items(table)
    with calls_of(table.client) as sent:
        assert de_seller.call(dry_run, body((TRAYS, 2)), path=PATH).json["accepted"]
        assert de_seller.call(dry_run, body((TRAYS, 9)), path=PATH).json["accepted"] is False
    assert sent == ["BatchGetItem"] * 2
    with calls_of(table.client) as sent:
        assert channel.call(dry_run_order_cancel, item(1)).json["accepted"]
        assert channel.call(dry_run_order_cancel, item(1, 9)).json["accepted"] is False
    assert {*sent} == {"Query", "BatchGetItem"}
    assert items(table) == before
    assert channel.call(get_cancellation, path={"cancellationId": 1}).status == 404


@pytest.mark.parametrize(
    "function", ["dry_run_cancel_package", "dry_run_order_cancel", "get_cancellation", "get_order_timeline"]
)
def test_the_role_of_what_only_reads_may_only_read(function: str) -> None:
    assert {action for action, _ in granted()[function]} < {f"dynamodb:{each}" for each in READS}


def test_the_cancel_does_what_its_dry_run_said(table: Table, clock: FrozenClock) -> None:
    """Random orders, some of it cancelled, split and shipped before, and random requests: many of them no good."""
    tally = Counter[int]()
    for seed in range(SEEDS):
        guesses = Guesses(table, clock, random.Random(seed), seller_id=31000 + seed)  # noqa: S311 - no secret
        guesses.make_orders()
        for _ in range(12):
            guesses.compare()
        tally += guesses.tally
    assert min(tally[status] for status in (200, 400, 404, 409, 422)) > 0, tally
