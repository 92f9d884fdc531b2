"""POST split, multi-split, quantity-split and split-packages: accepted at once, made by the stream, once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cleave.store.events import read_events
from cleave.store.orders import order_size, read_order
from cleave.store.packages import package_item, read_state
from cleave.table.requests import Put
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.multi_split.app import handler as multi_split
from functions.order_cancel.app import handler as order_cancel
from functions.quantity_split.app import handler as quantity_split
from functions.split_package.app import handler as split
from functions.split_packages.app import handler as split_packages
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller, Handler
from tests.support.shown import both_names, of_a_successor
from tests.support.splits import apply_waiting

type Load = Callable[[str], list[dict[str, Any]]]

PACKAGE, ORDER, TRAYS, LAMP = 3330811901, "10811190301", 4765081101, 4765081102
PATH = {"sellerId": 20811, "packageId": PACKAGE}
CANCEL = {"lines": [{"lineId": TRAYS, "quantity": 1}], "reasonId": 500}
LAMP_ALONE = {"orderLineIds": [LAMP]}


def _order(seller: Caller) -> dict[int, dict[str, Any]]:
    answer = seller.call(get_shipment_packages, path=PATH, query={"orderNumber": [ORDER]})
    return {package["shipmentPackageId"]: package for package in answer.json["content"]}


def _held(package: dict[str, Any]) -> dict[int, int]:
    return {line["lineId"]: line["quantity"] for line in package["lines"]}


def _error(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json["errors"]
    return answer.status, error["key"], error["message"]


def _split(seller: Caller, body: object = LAMP_ALONE, handler: Handler = split, package_id: int = PACKAGE) -> Answer:
    return seller.call(handler, body, path={**PATH, "packageId": package_id})


# The endpoint, a body, the ids in its answer, the units of each package asked for, and those of the rest.
type Way = tuple[Handler, Any, Callable[[Any], list[int]], list[dict[int, int]], dict[int, int]]
WAYS: list[Way] = [
    (split, LAMP_ALONE, lambda answer: [answer["newPackageId"]], [{LAMP: 1}], {TRAYS: 3}),
    (
        multi_split,
        {"splitGroups": [{"orderLineIds": [LAMP]}]},
        lambda answer: [each["newPackageId"] for each in answer["results"]],
        [{LAMP: 1}],
        {TRAYS: 3},
    ),
    (
        quantity_split,
        {"quantitySplit": [{"orderLineId": TRAYS, "quantities": [2, 1]}]},
        lambda answer: answer["newPackageIds"],
        [{TRAYS: 2}, {TRAYS: 1}],
        {LAMP: 1},
    ),
    (
        split_packages,
        {"splitPackages": [{"packageDetails": [{"orderLineId": TRAYS, "quantities": 1}]}]},
        lambda answer: answer["newPackageIds"],
        [{TRAYS: 1}],
        {TRAYS: 2, LAMP: 1},
    ),
]


@pytest.mark.parametrize("way", WAYS)
def test_the_packages_answered_are_the_packages_made(load: Load, table: Table, de_seller: Caller, way: Way) -> None:
    handler, body, ids_of, asked, rest = way
    load("sample-orders")
    answer = _split(de_seller, body, handler)
    assert answer.status == 200
    apply_waiting(table)
    found = _order(de_seller)
    old = found.pop(PACKAGE)
    assert old["status"] == "UnPacked"
    assert [_held(found.pop(package_id)) for package_id in ids_of(answer.json)] == asked
    assert [_held(package) for package in found.values()] == ([rest] if rest else [])


def test_an_accepted_split_changes_nothing_that_is_shown_until_the_stream_makes_it(
    load: Load, de_seller: Caller
) -> None:
    before, _ = load("sample-orders")
    _split(de_seller)
    assert _order(de_seller) == {PACKAGE: both_names(before)}


def test_old_and_new_packages_are_shown_whole(load: Load, table: Table, de_seller: Caller, clock: FrozenClock) -> None:
    before, _ = load("sample-orders")
    (lamp_id,) = _split(de_seller).json.values()
    clock.move(seconds=2)
    apply_waiting(table)
    found = _order(de_seller)
    at = 1792314002000
    moved = [{**line, "orderLineItemStatusName": "UnPacked"} for line in before["lines"]]
    assert found.pop(PACKAGE) == both_names(
        {
            **before,
            "status": "UnPacked",
            "shipmentPackageStatus": "UnPacked",
            "lastModifiedDate": at,
            "packageHistories": [*before["packageHistories"], {"createdDate": at, "status": "UnPacked"}],
            "lines": moved,
        }
    )
    new = {
        **{name: value for name, value in of_a_successor(before).items() if name != "cargoTrackingNumber"},
        "cargoSenderNumber": "",
        "cargoProviderName": "",
        "cargoTrackingLink": "",
        "createdBy": "split",
        "originPackageIds": [PACKAGE],
        "lastModifiedDate": at,
        "packageHistories": [*before["packageHistories"], {"createdDate": at, "status": "Created"}],
    }
    lamp = {"packageGrossAmount": 30.0, "packageSellerDiscount": 3.0, "packageTyDiscount": 0.0}
    lamp |= {"packageTotalDiscount": 3.0, "packageTotalPrice": 27.0}
    trays = {"packageGrossAmount": 90.0, "packageSellerDiscount": 6.0, "packageTyDiscount": 3.0}
    trays |= {"packageTotalDiscount": 9.0, "packageTotalPrice": 81.0}
    made = {**new, **lamp, "shipmentPackageId": lamp_id, "lines": before["lines"][1:]}
    assert found.pop(lamp_id) == both_names(made)
    ((trays_id, rest),) = found.items()
    assert rest == both_names({**new, **trays, "shipmentPackageId": trays_id, "lines": before["lines"][:1]})


def test_the_order_tells_the_end_first_and_then_each_birth(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    (lamp_id,) = _split(de_seller).json.values()
    apply_waiting(table)
    (event,) = read_events(table, 20811, ORDER, 1, 9)
    order = read_order(table, 20811, ORDER)
    (trays_id,) = {live.package_id for live in order.live} - {lamp_id}
    expected = [(PACKAGE, "UnPacked"), (lamp_id, "Created"), (trays_id, "Created")]
    assert [(each.package_id, each.status) for each in event.packages] == expected
    assert (event.first, order.sequence) == (1, 3)


@pytest.mark.parametrize("way", WAYS)
def test_an_accepted_split_promises_its_order_just_the_room_that_it_takes(
    load: Load, table: Table, de_seller: Caller, way: Way
) -> None:
    handler, body, *_ = way
    load("sample-orders")
    before = order_size(read_order(table, 20811, ORDER))
    _split(de_seller, body, handler)
    promised = read_order(table, 20811, ORDER)
    apply_waiting(table)
    done = read_order(table, 20811, ORDER)
    assert before < order_size(promised) == order_size(done)
    assert (list(promised.promised), dict(done.promised)) == ([PACKAGE], {})


@pytest.mark.parametrize(("keep", "status"), [(True, "Picking"), (False, "Created"), (None, "Created")])
def test_the_status_is_kept_only_where_it_is_asked_for(
    load: Load, table: Table, de_seller: Caller, keep: object, status: str
) -> None:
    load("sample-orders")
    de_seller.call(update_package, {"status": "Picking"}, path=PATH)
    wish = {} if keep is None else {"shouldKeepPreviousStatus": keep}
    _split(de_seller, {**LAMP_ALONE, **wish})
    apply_waiting(table)
    found = _order(de_seller)
    del found[PACKAGE]
    assert [package["status"] for package in found.values()] == [status, status]


def test_a_repeat_answers_the_same_ids_before_and_after_the_split(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    first = _split(de_seller).json
    assert _split(de_seller).json == first
    assert len(apply_waiting(table)) == 1
    assert _split(de_seller).json == first
    assert apply_waiting(table) == {}
    assert len(_order(de_seller)) == 3


def test_another_split_of_the_same_package_is_refused_by_the_names_of_the_new_ones(
    load: Load, table: Table, de_seller: Caller
) -> None:
    load("sample-orders")
    (lamp_id,) = _split(de_seller).json.values()
    other = {"orderLineIds": [TRAYS]}
    status, key, message = _error(_split(de_seller, other))
    assert (status, key) == (409, "shipment.package.splitting")
    assert str(lamp_id) in message
    apply_waiting(table)
    status, key, message = _error(_split(de_seller, other))
    assert (status, key) == (409, "shipment.package.replaced")
    assert str(lamp_id) in message


def test_a_cancel_that_meets_a_split_is_told_where_the_units_go(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    (lamp_id,) = _split(de_seller).json.values()
    status, key, message = _error(de_seller.call(cancel_package, CANCEL, path=PATH))
    assert (status, key) == (409, "shipment.package.splitting")
    apply_waiting(table)
    trays_id = next(each for each in _order(de_seller) if each not in {PACKAGE, lamp_id})
    assert message == f"package {PACKAGE} is being split; its units are about to be in packages {lamp_id}, {trays_id}"
    assert de_seller.call(cancel_package, CANCEL, path={**PATH, "packageId": trays_id}).status == 200


def test_a_split_that_meets_a_cancel_is_refused_and_then_told_the_successor(
    load: Load, table: Table, de_seller: Caller
) -> None:
    load("sample-orders")
    de_seller.call(cancel_package, CANCEL, path=PATH)
    assert _error(_split(de_seller))[:2] == (409, "shipment.package.cancellations.waiting")
    (successor,) = apply_waiting(table)[PACKAGE]
    status, key, message = _error(_split(de_seller))
    assert (status, key) == (409, "shipment.package.replaced")
    assert str(successor) in message
    assert _split(de_seller, package_id=successor).status == 200


def test_hepsiglobals_cancel_waits_for_the_split_and_finds_the_units_in_the_new_packages(
    load: Load, table: Table, de_seller: Caller, channel: Caller
) -> None:
    load("sample-orders")
    _split(de_seller, {"quantitySplit": [{"orderLineId": TRAYS, "quantities": [1, 1, 1]}]}, quantity_split)
    item = {"cancel_id": 1, "order_number": ORDER, "cancel_quantity": 2, "reason": "out_of_stock"}
    item["order_item_number"] = f"{ORDER}_SKU-TRAY-GREEN"
    busy = channel.call(order_cancel, item)
    assert (busy.status, busy.headers["Retry-After"]) == (429, "1")
    apply_waiting(table)
    assert channel.call(order_cancel, item).status == 200
    apply_waiting(table)
    lines = [line for package in _order(de_seller).values() for line in package["lines"]]
    cancelled = [line["quantity"] for line in lines if line["orderLineItemStatusName"] == "UnSupplied"]
    live = [line["quantity"] for line in lines if line["orderLineItemStatusName"] == "Created"]
    assert (sum(cancelled), sum(live)) == (2, 2)


def test_the_status_may_change_while_the_split_waits(load: Load, table: Table, de_seller: Caller) -> None:
    load("sample-orders")
    answer = _split(de_seller, {**LAMP_ALONE, "shouldKeepPreviousStatus": True})
    assert de_seller.call(update_package, {"status": "Picking"}, path=PATH).status == 200
    apply_waiting(table)
    assert _order(de_seller)[answer.json["newPackageId"]]["status"] == "Picking"


def test_an_id_taken_since_the_answer_is_stepped_over_and_never_overwritten(
    load: Load, table: Table, de_seller: Caller
) -> None:
    load("sample-orders")
    (lamp_id,) = _split(de_seller).json.values()
    stored = read_state(table, 20811, PACKAGE)
    assert stored is not None
    taker = replace(stored.package, package_id=lamp_id, order_number="ANOTHER")
    table.put(Put(package_item(taker)))
    apply_waiting(table)
    kept = read_state(table, 20811, lamp_id)
    assert kept is not None
    assert kept.package == taker
    found = _order(de_seller)
    assert lamp_id not in found
    assert sorted(str(_held(package)) for package in found.values() if package["status"] == "Created") == sorted(
        [str({LAMP: 1}), str({TRAYS: 3})]
    )


REFUSED: list[tuple[Handler, Any, int, str]] = [
    (split, {"orderLineIds": []}, 400, "orderLineIds: "),
    (split, {"orderLineIds": [LAMP, LAMP]}, 400, "orderLineIds.1: line 4765081102 stands in the package twice"),
    (split, {"orderLineIds": [1]}, 400, "orderLineIds.0: package 3330811901 has no line 1"),
    (split, {"orderLineIds": [LAMP, TRAYS]}, 400, "every unit would go into one package"),
    (
        multi_split,
        {"splitGroups": [{"orderLineIds": [LAMP]}, {"orderLineIds": [LAMP]}]},
        409,
        "splitGroups.1.orderLineIds.0: line 4765081102 has 0 units left",
    ),
    (multi_split, {"splitGroups": [{"orderLineIds": []}]}, 400, "splitGroups.0.orderLineIds: "),
    (
        multi_split,
        {"splitGroups": [{"orderLineIds": [LAMP]}, {"orderLineIds": [TRAYS]}]},
        400,
        "splitGroups: names every line: the last package is made of those that are in no group",
    ),
    (
        quantity_split,
        {"quantitySplit": [{"orderLineId": TRAYS, "quantities": [3, 1]}]},
        409,
        "quantitySplit.0.quantities.1: line 4765081101 has 0 units left, 1 were asked for",
    ),
    (quantity_split, {"quantitySplit": [{"orderLineId": TRAYS, "quantities": 2}]}, 400, "quantitySplit.0.quantities: "),
    (
        quantity_split,
        {"quantitySplit": [{"orderLineId": line, "quantities": [1] * 13} for line in (TRAYS, LAMP)]},
        400,
        "quantitySplit: may make 25 packages",
    ),
    (
        split_packages,
        {"splitPackages": [{"packageDetails": [{"orderLineId": TRAYS, "quantities": [2]}]}]},
        400,
        "splitPackages.0.packageDetails.0.quantities: ",
    ),
    (
        split_packages,
        {"splitPackages": [{"packageDetails": [{"orderLineId": TRAYS, "quantities": 1}] * 2}]},
        400,
        "splitPackages.0.packageDetails.1.orderLineId: line 4765081101 stands in the package twice",
    ),
]


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_split_is_refused_with_its_field_and_nothing_waits(
    load: Load, table: Table, de_seller: Caller, case: tuple[Handler, Any, int, str]
) -> None:
    handler, body, status, message = case
    load("sample-orders")
    answer = _error(_split(de_seller, body, handler))
    assert (answer[0], answer[2][: len(message)]) == (status, message)
    assert apply_waiting(table) == {}


def test_a_package_of_another_seller_or_storefront_is_not_split(load: Load, table: Table, tr_seller: Caller) -> None:
    load("sample-orders")
    foreign = tr_seller.call(split, LAMP_ALONE, path={**PATH, "sellerId": 20812})
    assert _error(foreign)[:2] == (404, "shipment.package.not.found")
    elsewhere = Caller("seller", (20811,), {"storeFrontCode": "SA"})
    assert _error(_split(elsewhere))[:2] == (400, "invalid.storefrontcode")
    assert apply_waiting(table) == {}
