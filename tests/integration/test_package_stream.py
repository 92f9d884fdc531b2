"""The stream function: splits what waits, tells subscribers, and does neither twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from cleave.application.consume import StreamConsumer
from cleave.application.deliver import DeliveryFailed, deliver
from cleave.application.notify import DeliveryTask
from cleave.application.subscribe import NewWebhook, subscribe
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Authentication, Subscription
from cleave.store.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.order_cancel.app import handler as order_cancel
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.stream import stream_records

type Load = Callable[[str], list[dict[str, Any]]]

SELLER = {"sellerId": 20811}
ORDER = "10811190301"
TRAYS, LAMP = 4765081101, 4765081102


@dataclass
class Queue:
    """Keeps what is queued, and drops what was queued before, as the FIFO queue does."""

    tasks: list[DeliveryTask] = field(default_factory=list)

    def __call__(self, task: DeliveryTask) -> None:
        if task not in self.tasks:
            self.tasks.append(task)


@dataclass
class Receiver:
    """Answers ``answer`` and remembers what it was told."""

    answer: str = "200"
    told: list[tuple[int, int, str]] = field(default_factory=list)

    def __call__(self, subscription: Subscription, event: PackageEvent, at: datetime) -> str:
        del subscription, at
        self.told.append((event.sequence, event.package.package_id, event.package.status))
        return self.answer


@pytest.fixture
def de_order(load: Load) -> None:
    load("sample-orders")


def consume(table: Table, queue: Queue, records: list[dict[str, Any]]) -> list[dict[str, str]]:
    answer = StreamConsumer(table, queue).consume({"Records": records})
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def consume_all(table: Table, queue: Queue) -> None:
    """Until the consumer's own writes bring nothing new."""
    seen = 0
    while len(records := stream_records(table)) > seen:
        assert consume(table, queue, records[seen:]) == []
        seen = len(records)


def cancel(caller: Caller, units: dict[int, int], package_id: int = 3330811901) -> int:
    lines = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in units.items()]
    path = {**SELLER, "packageId": package_id}
    return caller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path).status


def packages(caller: Caller) -> list[dict[str, Any]]:
    answer = caller.call(get_shipment_packages, path=SELLER, query={"orderNumber": [ORDER]})
    found: list[dict[str, Any]] = answer.json["content"]
    return found


def webhook(table: Table, clock: FrozenClock, statuses: frozenset[str] = frozenset()) -> str:
    new = NewWebhook(20811, "https://example.com", Authentication.API_KEY, None, "key", statuses, clock())
    return subscribe(table, lambda secret, _seller, _id: secret[::-1].encode(), new)


@pytest.mark.usefixtures("de_order")
def test_a_partial_cancel_becomes_a_closed_package_and_its_successor(
    table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    before = packages(de_seller)[0]
    cancel(de_seller, {TRAYS: 1, LAMP: 1})
    clock.move(seconds=2)
    consume_all(table, Queue())
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
def test_a_whole_cancel_leaves_one_cancelled_package(table: Table, de_seller: Caller) -> None:
    cancel(de_seller, {TRAYS: 3, LAMP: 1})
    consume_all(table, Queue())
    (package,) = packages(de_seller)
    assert (package["status"], {line["orderLineItemStatusName"] for line in package["lines"]}) == (
        "Cancelled",
        {"UnSupplied"},
    )


@pytest.mark.usefixtures("de_order")
def test_a_burst_of_both_dialects_becomes_one_split(table: Table, de_seller: Caller, channel: Caller) -> None:
    assert cancel(de_seller, {TRAYS: 1}) == 200
    for cancel_id, sku in ((1, "SKU-TRAY-GREEN"), (2, "SKU-LAMP")):
        item = {"cancel_id": cancel_id, "order_number": ORDER, "cancel_quantity": 1, "reason": "out_of_stock"}
        assert channel.call(order_cancel, {**item, "order_item_number": f"{ORDER}_{sku}"}).status == 200
    consume_all(table, Queue())
    new, old = sorted(packages(de_seller), key=lambda package: package["status"] == "Cancelled")
    assert [(line["lineId"], line["quantity"]) for line in new["lines"]] == [(TRAYS, 1)]
    assert sum(line["quantity"] for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied") == 3


@pytest.mark.usefixtures("de_order")
def test_records_that_come_again_change_nothing(table: Table, de_seller: Caller, clock: FrozenClock) -> None:
    webhook(table, clock)
    cancel(de_seller, {TRAYS: 1})
    queue = Queue()
    consume_all(table, queue)
    stored = table.client.scan(TableName=table.name)["Items"]
    queued = list(queue.tasks)
    clock.move(minutes=1)
    records = stream_records(table)
    for start in range(len(records)):
        assert consume(table, queue, records[start:]) == []
    assert (table.client.scan(TableName=table.name)["Items"], queue.tasks) == (stored, queued)


@pytest.mark.usefixtures("de_order")
def test_the_end_of_the_old_package_is_told_before_the_birth_of_the_new_one(
    table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    webhook(table, clock)
    cancel(de_seller, {TRAYS: 1})
    queue, receiver = Queue(), Receiver()
    consume_all(table, queue)
    outcomes = [deliver(table, receiver, task, clock()) for task in queue.tasks]
    new = next(package for package in packages(de_seller) if package["status"] == "Created")
    assert outcomes == ["delivered", "delivered"]
    assert receiver.told == [(1, 3330811901, "Cancelled"), (2, new["shipmentPackageId"], "Created")]


@pytest.mark.usefixtures("de_order")
def test_a_subscription_is_told_only_of_the_statuses_it_asked_for(
    table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    webhook(table, clock, statuses=frozenset({"CREATED"}))
    cancel(de_seller, {TRAYS: 1})
    queue = Queue()
    consume_all(table, queue)
    assert [task.sequence for task in queue.tasks] == [2]


@pytest.mark.usefixtures("de_order")
def test_a_delivery_that_failed_waits_and_one_that_worked_is_not_repeated(
    table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    webhook(table, clock)
    cancel(de_seller, {TRAYS: 3, LAMP: 1})
    queue, receiver = Queue(), Receiver("500")
    consume_all(table, queue)
    (task,) = queue.tasks
    with pytest.raises(DeliveryFailed, match="500"):
        deliver(table, receiver, task, clock())
    receiver.answer = "204"
    assert deliver(table, receiver, task, clock()) == "delivered"
    assert deliver(table, receiver, task, clock()) == "delivered_before"
    assert len(receiver.told) == 2


@pytest.mark.usefixtures("de_order")
def test_a_poison_record_holds_back_its_own_order_and_nobody_elses(table: Table, de_seller: Caller) -> None:
    cancel(de_seller, {TRAYS: 1})
    good = stream_records(table)[-1]
    poison = json.loads(json.dumps(good, default=str))
    poison["dynamodb"]["SequenceNumber"] = "poison"
    poison["dynamodb"]["NewImage"]["order_number"] = {"S": "poisoned"}
    del poison["dynamodb"]["NewImage"]["package_id"]
    later = json.loads(json.dumps(poison))
    later["dynamodb"]["SequenceNumber"] = "later"
    failures = consume(table, Queue(), [poison, good, later])
    assert failures == [{"itemIdentifier": "poison"}, {"itemIdentifier": "later"}]
    assert len(packages(de_seller)) == 2
