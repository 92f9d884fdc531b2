"""The stream function: splits what waits, tells subscribers, and does neither twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.entry.stream import StreamConsumer
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.order_cancel.app import handler as order_cancel
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.stream import stream_records
from tests.support.telling import DelayQueue, Script, drainer, webhook

type Load = Callable[[str], list[dict[str, Any]]]

SELLER = {"sellerId": 20811}
ORDER = "10811190301"
TRAYS, LAMP = 4765081101, 4765081102


@pytest.fixture
def de_order(load: Load) -> None:
    load("sample-orders")


def consume(table: Table, bell: DelayQueue, records: list[dict[str, Any]]) -> list[dict[str, str]]:
    answer = StreamConsumer(table, bell).consume({"Records": records})
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def consume_all(table: Table, bell: DelayQueue) -> None:
    """Until the consumer's own writes bring nothing new."""
    seen = 0
    while len(records := stream_records(table)) > seen:
        assert consume(table, bell, records[seen:]) == []
        seen = len(records)


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
    consume_all(table, bell)
    new, old = sorted(packages(de_seller), key=lambda package: package["status"] == "Cancelled")
    at = 1792314002000
    cancelled: dict[str, Any] = {"orderLineItemStatusName": "UnSupplied", "cancelledBy": "Seller"}
    cancelled |= {"cancelReason": "Stock Out", "cancelReasonCode": 500}
    trays, lamp = before["lines"]
    details = trays["discountDetails"]
    assert old == {
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
    assert new == {
        **before,
        "shipmentPackageId": new["shipmentPackageId"],
        "cargoTrackingNumber": None,
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


@pytest.mark.usefixtures("de_order")
def test_a_whole_cancel_leaves_one_cancelled_package(table: Table, de_seller: Caller, bell: DelayQueue) -> None:
    cancel(de_seller, {TRAYS: 3, LAMP: 1})
    consume_all(table, bell)
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
    consume_all(table, bell)
    new, old = sorted(packages(de_seller), key=lambda package: package["status"] == "Cancelled")
    assert [(line["lineId"], line["quantity"]) for line in new["lines"]] == [(TRAYS, 1)]
    assert sum(line["quantity"] for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied") == 3


@pytest.mark.usefixtures("de_order")
def test_records_that_come_again_change_nothing(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    cancel(de_seller, {TRAYS: 1})
    consume_all(table, bell)
    stored = table.client.scan(TableName=table.name)["Items"]
    queued = set(bell.wakes)
    clock.move(minutes=1)
    records = stream_records(table)
    for start in range(len(records)):
        assert consume(table, bell, records[start:]) == []
    assert (table.client.scan(TableName=table.name)["Items"], set(bell.wakes)) == (stored, queued)


@pytest.mark.usefixtures("de_order")
def test_the_end_of_the_old_package_is_told_before_the_birth_of_the_new_one(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock())
    cancel(de_seller, {TRAYS: 1})
    consume_all(table, bell)
    script = Script()
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"20811-{ORDER}-1", ORDER, 1), (f"20811-{ORDER}-2", ORDER, 2)]


@pytest.mark.usefixtures("de_order")
def test_a_subscription_is_told_only_of_the_statuses_it_asked_for(
    table: Table, de_seller: Caller, clock: FrozenClock, bell: DelayQueue
) -> None:
    webhook(table, clock(), statuses=frozenset({"CREATED"}))
    cancel(de_seller, {TRAYS: 1})
    consume_all(table, bell)
    script = Script()
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"20811-{ORDER}-2", ORDER, 1)]


@pytest.mark.usefixtures("de_order")
def test_a_poison_record_holds_back_its_own_order_and_nobody_elses(
    table: Table, de_seller: Caller, bell: DelayQueue
) -> None:
    cancel(de_seller, {TRAYS: 1})
    good = stream_records(table)[-1]
    poison = json.loads(json.dumps(good, default=str))
    poison["dynamodb"]["SequenceNumber"] = "poison"
    poison["dynamodb"]["NewImage"]["order_number"] = {"S": "poisoned"}
    del poison["dynamodb"]["NewImage"]["package_id"]
    later = json.loads(json.dumps(poison))
    later["dynamodb"]["SequenceNumber"] = "later"
    failures = consume(table, bell, [poison, good, later])
    assert failures == [{"itemIdentifier": "poison"}, {"itemIdentifier": "later"}]
    assert len(packages(de_seller)) == 2
