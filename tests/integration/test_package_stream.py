"""The stream function: splits what waits, tells subscribers, and does neither twice."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.tell.wake_queue import Wake
from cleave.store import keys, order_keys
from cleave.store.events import read_events
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.orders import wire_package
from tests.support.shown import both_names, of_a_successor
from tests.support.streaming import Consumer, Record, due_records, place_of
from tests.support.telling import TRACKS, DelayQueue, Script, drainer, webhook

type Load = Callable[[str], list[dict[str, Any]]]

SELLER = {"sellerId": 20811}
ORDER = "10811190301"
TRAYS, LAMP = 4765081101, 4765081102


@pytest.fixture
def de_order(load: Load) -> None:
    load("sample-orders")


def cancel(caller: Caller, units: dict[int, int], package_id: int = 3330811901) -> int:
    lines = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in units.items()]
    path = {**SELLER, "packageId": package_id}
    return caller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path).status


def packages(caller: Caller) -> list[dict[str, Any]]:
    answer = caller.call(get_shipment_packages, path=SELLER, query={"orderNumber": [ORDER]})
    found: list[dict[str, Any]] = answer.json["content"]
    return found


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


@pytest.mark.usefixtures("de_order")
def test_a_partial_cancel_becomes_a_closed_package_and_its_successor(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    before = packages(de_seller)[0]
    cancel(de_seller, {TRAYS: 1, LAMP: 1})
    clock.move(seconds=2)
    Consumer(table, bell).everything()
    new, old = sorted(packages(de_seller), key=lambda package: package["status"] == "Cancelled")
    at = 1792314002000
    cancelled: dict[str, Any] = {"orderLineItemStatusName": "UnSupplied", "cancelledBy": "Seller"}
    cancelled |= {"cancelReason": "Stock Out", "cancelReasonCode": 500}
    trays, lamp = before["lines"]
    details = trays["discountDetails"]
    assert old == both_names(
        {
            **before,
            "status": "Cancelled",
            "shipmentPackageStatus": "Cancelled",
            "lastModifiedDate": at,
            "packageHistories": [*before["packageHistories"], {"createdDate": at, "status": "Cancelled"}],
            "lines": [
                {**trays, **cancelled, "quantity": 1, "discountDetails": details[2:]},
                {**trays, "orderLineItemStatusName": "UnPacked", "quantity": 2, "discountDetails": details[:2]},
                {**lamp, **cancelled},
            ],
        }
    )
    made = {
        **{name: value for name, value in before.items() if name != "cargoTrackingNumber"},
        "shipmentPackageId": new["shipmentPackageId"],
        "cargoSenderNumber": "",
        "cargoProviderName": "",
        "cargoTrackingLink": "",
        "createdBy": "cancel",
        "originPackageIds": [3330811901],
        "lastModifiedDate": at,
        "packageHistories": [*before["packageHistories"], {"createdDate": at, "status": "Created"}],
        "lines": [{**trays, "quantity": 2, "discountDetails": details[:2]}],
        "packageGrossAmount": 60.0,
        "packageSellerDiscount": 4.0,
        "packageTyDiscount": 2.0,
        "packageTotalDiscount": 6.0,
        "packageTotalPrice": 54.0,
    }
    assert new == both_names(of_a_successor(made))


@pytest.mark.usefixtures("de_order")
def test_a_whole_cancel_leaves_one_cancelled_package(table: Table, de_seller: Caller, bell: DelayQueue) -> None:
    cancel(de_seller, {TRAYS: 3, LAMP: 1})
    Consumer(table, bell).everything()
    (package,) = packages(de_seller)
    assert (package["status"], {line["orderLineItemStatusName"] for line in package["lines"]}) == (
        "Cancelled",
        {"UnSupplied"},
    )


@pytest.mark.usefixtures("de_order")
def test_a_burst_of_both_dialects_becomes_one_split(
    table: Table, de_seller: Caller, channel: Caller, bell: DelayQueue
) -> None:
    assert cancel(de_seller, {TRAYS: 1}) == 200
    for cancel_id, sku in ((1, "SKU-TRAY-GREEN"), (2, "SKU-LAMP")):
        item = {"cancel_id": cancel_id, "order_number": ORDER, "cancel_quantity": 1, "reason": "out_of_stock"}
        assert channel.call(order_cancel, {**item, "order_item_number": f"{ORDER}_{sku}"}).status == 200
    Consumer(table, bell).everything()
    new, old = sorted(packages(de_seller), key=lambda package: package["status"] == "Cancelled")
    assert [(line["lineId"], line["quantity"]) for line in new["lines"]] == [(TRAYS, 1)]
    assert sum(line["quantity"] for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied") == 3


@pytest.mark.usefixtures("de_order")
def test_records_that_come_again_change_nothing(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    cancel(de_seller, {TRAYS: 1})
    Consumer(table, bell).everything()
    stored = table.client.scan(TableName=table.name)["Items"]
    queued = set(bell.wakes)
    clock.move(minutes=1)
    records = due_records(table)
    assert records
    for start in range(len(records)):
        assert Consumer(table, bell)(records[start:]) == []
    assert (table.client.scan(TableName=table.name)["Items"], set(bell.wakes)) == (stored, queued)


@pytest.mark.usefixtures("de_order")
def test_the_end_of_the_old_package_is_told_before_the_birth_of_the_new_one(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    cancel(de_seller, {TRAYS: 1})
    Consumer(table, bell).everything()
    script = Script()
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"20811-{ORDER}-1", ORDER, 1), (f"20811-{ORDER}-2", ORDER, 2)]


@pytest.mark.usefixtures("de_order")
def test_a_subscription_is_told_only_of_the_statuses_it_asked_for(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock(), statuses=frozenset({"Created"}))
    cancel(de_seller, {TRAYS: 1})
    Consumer(table, bell).everything()
    script = Script()
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"20811-{ORDER}-2", ORDER, 1)]


@pytest.mark.usefixtures("de_order")
def test_a_status_is_told_by_the_event_that_says_itself_that_it_is_due(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    assert de_seller.call(update_package, {"status": "Picking"}, path={**SELLER, "packageId": 3330811901}).status == 200
    (record,) = due_records(table)
    assert Consumer(table, bell)([record]) == []
    assert len(bell.wakes) == 1
    script = Script()
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"20811-{ORDER}-1", ORDER, 1)]
    (event,) = read_events(table, 20811, ORDER, 1, 1)
    assert keys.DUE not in (table.get(order_keys.event(20811, ORDER, event.first)) or {keys.DUE: 0})
    assert Consumer(table, bell)([record]) == [], "again, without effect"
    bell.run(drainer(table, script, bell))
    assert len(script.told) == 1


@pytest.mark.usefixtures("de_order")
def test_who_splits_and_dies_before_anybody_is_told_has_it_told_by_who_comes_next(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    cancel(de_seller, {TRAYS: 1})
    (record,) = due_records(table)

    def dead(wake: Wake, delay: timedelta) -> None:
        del wake, delay
        raise ConnectionError

    assert Consumer(table, dead)([record]) == [place_of(record)]
    assert len(packages(de_seller)) == 2
    assert Consumer(table, bell)([record]) == []
    script = Script()
    for track in range(TRACKS):
        drainer(table, script, bell)(Wake(made.subscription_id, track))
    assert [message for message, _, _ in script.told] == [f"20811-{ORDER}-1", f"20811-{ORDER}-2"]


def damaged(record: Record, place: str, **attributes: object) -> Record:
    """Without its order, or with such attributes."""
    found = copy.deepcopy(record)
    found["dynamodb"]["SequenceNumber"] = place
    found["dynamodb"]["NewImage"] |= attributes
    if not attributes:
        del found["dynamodb"]["NewImage"]["order_number"]
    return found


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize(
    "attributes", [{}, {"waiting": {"S": "no map"}}, {"document": {"B": "A"}}, {"waiting": {"X": "no type"}}]
)
def test_a_damaged_record_fails_alone(
    table: Table, de_seller: Caller, bell: DelayQueue, attributes: dict[str, object]
) -> None:
    """Its order's other work is not held back either: its order may not even be known."""
    cancel(de_seller, {TRAYS: 1})
    (good,) = due_records(table)
    records = [damaged(good, "first", **attributes), good, damaged(good, "last", **attributes)]
    assert Consumer(table, bell)(records) == ["first", "last"]
    assert len(packages(de_seller)) == 2


@pytest.mark.parametrize("broken", [0, 1])
def test_a_seller_whose_records_fail_does_not_hold_back_another_with_the_same_order_and_package(
    table: Table, clock: FrozenClock, bell: DelayQueue, broken: int
) -> None:
    sellers = [Caller("seller", (number,), {"storeFrontCode": "DE"}) for number in (601, 602)]
    for seller in sellers:
        path = {"sellerId": seller.sellers[0]}
        assert seller.call(import_orders, [wire_package(71, "SAME", {1: 2})], path=path).status == 200
        body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
        assert seller.call(cancel_package, body, path={**path, "packageId": 71}).status == 200
    damaged_key = order_keys.package(sellers[broken].sellers[0], 71)
    table.update(Update(damaged_key, "SET document = :none", "attribute_exists(pk)", {"none": b""}))
    records = due_records(table)
    clock.move(seconds=1)
    failed = Consumer(table, bell)(records)
    whose = {record["dynamodb"]["Keys"]["pk"]["S"] for record in records if place_of(record) in failed}
    good = sellers[1 - broken]
    shown = good.call(get_shipment_packages, path={"sellerId": good.sellers[0]}).json["content"]
    assert (whose, len(shown)) == ({damaged_key["pk"]}, 2)


@pytest.mark.usefixtures("de_order")
def test_a_record_of_a_later_version_waits_for_who_can_read_it(
    table: Table, de_seller: Caller, bell: DelayQueue
) -> None:
    cancel(de_seller, {TRAYS: 1})
    (record,) = due_records(table)
    later = copy.deepcopy(record)
    later["dynamodb"]["NewImage"]["format"] = {"N": "99"}
    assert Consumer(table, bell)([later]) == [place_of(record)]
    assert len(packages(de_seller)) == 1
    table.update(
        Update(order_keys.package(20811, 3330811901), "SET #f = :f", "attribute_exists(pk)", {"f": 99}, {"f": "format"})
    )
    assert Consumer(table, bell)([record]) == [place_of(record)], "what it reads itself is as unreadable"
