"""A batch's splits share their reads, and are none the worse for what is written in between."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cleave.application.split.split_package import split_package
from cleave.clock import now
from cleave.domain.package import Status
from cleave.entry.stream import StreamConsumer
from cleave.store.packages import read_package
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from tests.integration.conftest import FrozenClock
from tests.support.breaker import BreakableClient, Breaker
from tests.support.gateway import Caller
from tests.support.samples import Package, fresh_package
from tests.support.stream import stream_records

SELLER = 20811


class Counting(Breaker):
    """Notes what is asked of the database."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.before = before

    def pass_on(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's
        name: str = operation.__name__
        self.asked.append(name)
        self.before(name)
        return operation(**request)


def load(seller: Caller, count: int, **fields: object) -> list[Package]:
    packages = [fresh_package(SELLER, "DE", {"A": 3}, seller_pays=True) | fields for _ in range(count)]
    assert seller.call(import_orders, packages, path={"sellerId": SELLER}).status == 200
    return packages


def cancel(seller: Caller, package: Package, key: str = "once") -> None:
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    path = {"sellerId": SELLER, "packageId": package["shipmentPackageId"]}
    headers = {"Idempotency-Key": f"{key} {package['shipmentPackageId']}"}
    body = {"lines": lines, "reasonId": 500}
    assert seller.call(cancel_package, body, path=path, headers=headers).status == 200


def consume(table: Table, counting: Counting, records: list[dict[str, Any]]) -> list[dict[str, str]]:
    client: Any = BreakableClient(table.client, counting)
    watched = replace(table, client=client, deadline=math.inf)
    consumer = StreamConsumer(watched, lambda _wake, _delay: None)
    failures: list[dict[str, str]] = consumer.consume({"Records": records})["batchItemFailures"]
    return failures


def waiting_records(table: Table) -> list[dict[str, Any]]:
    return [each for each in stream_records(table) if "waiting_since" in each["dynamodb"].get("NewImage", {})]


def closed(table: Table, packages: list[Package]) -> list[bool]:
    found = [read_package(table, SELLER, package["shipmentPackageId"]) for package in packages]
    return [stored is not None and stored.package.status is Status.CANCELLED for stored in found]


@pytest.fixture
def records(table: Table, clock: FrozenClock, de_seller: Caller) -> Callable[[list[Package]], list[dict[str, Any]]]:
    """Of a cancellation of each package."""
    del clock

    def made(packages: list[Package]) -> list[dict[str, Any]]:
        for package in packages:
            cancel(de_seller, package)
        return [record for record in waiting_records(table) if "kind" not in record["dynamodb"]["NewImage"]]

    return made


def test_twenty_five_splits_share_a_read(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 27)
    counting = Counting()
    assert consume(table, counting, records(packages)) == []
    first, two = ["transact_write_items"] * 25, ["transact_write_items"] * 2
    assert counting.asked == ["batch_get_item", *first, "batch_get_item", *two]
    assert closed(table, packages) == [True] * 27


def test_packages_of_one_order_are_read_after_one_another(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    packages = load(de_seller, 3, orderNumber="SHARED")
    counting = Counting()
    assert consume(table, counting, records(packages)) == []
    assert counting.asked == ["batch_get_item", "transact_write_items"] * 3
    assert closed(table, packages) == [True] * 3


def test_the_records_of_a_burst_cost_one_split_and_no_reads(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    (package,) = load(de_seller, 1)
    cancel(de_seller, package, "first")
    counting = Counting()
    burst = records([package])
    assert len(burst) == 2
    assert consume(table, counting, burst) == []
    assert counting.asked == ["batch_get_item", "transact_write_items"]
    assert consume(table, counting := Counting(), burst) == []
    assert counting.asked == ["batch_get_item"] * 2, "brought again, nothing waits any more"


def test_what_is_cancelled_after_the_read_is_in_the_split_or_in_the_next(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    packages = load(de_seller, 2)
    late = iter(["late"])

    def cancel_once(operation: str) -> None:
        if operation == "transact_write_items" and (key := next(late, None)):
            cancel(de_seller, packages[0], key)

    counting = Counting(cancel_once)
    assert consume(table, counting, records(packages)) == []
    again = ["batch_get_item", "transact_write_items"]
    assert counting.asked == ["batch_get_item", "transact_write_items", *again, "transact_write_items"]
    stored = read_package(table, SELLER, packages[0]["shipmentPackageId"])
    assert stored is not None
    assert [line.quantity for line in stored.package.lines if line.cancelled] == [1, 1]


def test_a_package_that_somebody_else_split_after_the_read_is_left_alone(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    (package,) = load(de_seller, 1)
    others = iter([True])

    def split_once(operation: str) -> None:
        if operation == "transact_write_items" and next(others, False):
            split_package(table, SELLER, package["orderNumber"], package["shipmentPackageId"], now())

    assert consume(table, Counting(split_once), records([package])) == []
    stored = read_package(table, SELLER, package["shipmentPackageId"])
    assert stored is not None
    assert len(stored.package.successor_ids) == 1


def test_a_read_that_fails_fails_one_record(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 3)
    failing = iter([True])

    def fail_once(operation: str) -> None:
        if operation == "batch_get_item" and next(failing, False):
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "BatchGetItem")

    brought = records(packages)
    failures = consume(table, Counting(fail_once), brought)
    assert failures == [{"itemIdentifier": brought[0]["dynamodb"]["SequenceNumber"]}]
    assert closed(table, packages) == [False, True, True]
