"""What is due is read together and done one by one, and is none the worse for what is written in between."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cleave.application.split import due_work
from cleave.clock import now
from cleave.domain.status import Status
from cleave.store import order_keys
from cleave.store.due import clear_package
from cleave.store.packages import read_state
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from tests.support.breaker import BreakableClient, Breaker
from tests.support.gateway import Caller
from tests.support.operators import Seen
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_to
from tests.support.streaming import Consumer, Record, due_records, place_of

SELLER = 20811
READ, SPLIT, CLEAR = "batch_get_item", "transact_write_items", "update_item"


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


def watched(table: Table, counting: Counting, deadline: float = math.inf) -> Consumer:
    client: Any = BreakableClient(table.client, counting)
    return Consumer(replace(table, client=client, deadline=deadline))


def consume(table: Table, counting: Counting, records: list[Record]) -> list[str]:
    """By an environment of its own."""
    return watched(table, counting)(records)


def once(operation: str, happens: Callable[[], object]) -> Counting:
    """Has something happen before the first such call."""
    to_do = [happens]

    def before(name: str) -> None:
        if name == operation and to_do:
            to_do.pop()()

    return Counting(before)


def closed(table: Table, packages: list[Package]) -> list[bool]:
    found = [read_state(table, SELLER, package["shipmentPackageId"]) for package in packages]
    return [state is not None and state.package.status is Status.CANCELLED and not state.is_due for state in found]


@pytest.fixture
def records(table: Table, de_seller: Caller) -> Callable[[list[Package]], list[Record]]:
    """Of a cancellation of each package."""

    def made(packages: list[Package]) -> list[Record]:
        for number, package in enumerate(packages):
            cancel(replace(de_seller, request_id=f"request {number}"), package)
        return due_records(table)

    return made


def test_twenty_five_packages_share_a_read(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 27)
    counting = Counting()
    assert consume(table, counting, records(packages)) == []
    assert counting.asked == [READ, *[SPLIT, CLEAR] * 25, READ, *[SPLIT, CLEAR] * 2]
    assert closed(table, packages) == [True] * 27


def test_of_packages_of_one_order_the_later_ones_are_read_again(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    packages = load(de_seller, 3, orderNumber="SHARED")
    counting = Counting()
    assert consume(table, counting, records(packages)) == []
    assert counting.asked == [READ, SPLIT, CLEAR, *[SPLIT, READ, SPLIT, CLEAR] * 2]
    assert closed(table, packages) == [True] * 3


def test_the_records_of_a_burst_cost_one_split(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    (package,) = load(de_seller, 1)
    cancel(de_seller, package, "first")
    burst = records([package])
    assert len(burst) == 2
    consumer = watched(table, counting := Counting())
    assert consumer(burst) == []
    assert counting.asked == [READ, SPLIT, CLEAR]
    assert consumer(burst) == []
    assert counting.asked == [READ, SPLIT, CLEAR], "brought again, it knows that it is done"
    assert consume(table, counting := Counting(), burst) == []
    assert counting.asked == [READ], "by another environment, which reads that nothing is to be done"


def test_an_environment_remembers_so_many_packages_and_reads_what_it_forgot(
    table: Table, de_seller: Caller, records: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_work, "_REMEMBERED", 2)
    brought = records(load(de_seller, 3))
    consumer = watched(table, counting := Counting())
    consumer(brought)
    counting.asked.clear()
    assert (consumer(brought[1:]), counting.asked) == ([], [])
    assert (consumer(brought), counting.asked) == ([], [READ])


def test_what_is_cancelled_after_the_read_is_in_the_same_split(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    packages = load(de_seller, 2)
    counting = once(SPLIT, lambda: cancel(de_seller, packages[0], "late"))
    assert consume(table, counting, records(packages)) == []
    assert counting.asked == [READ, SPLIT, READ, SPLIT, CLEAR, SPLIT, CLEAR]
    state = read_state(table, SELLER, packages[0]["shipmentPackageId"])
    assert state is not None
    assert [line.quantity for line in state.package.lines if line.cancelled] == [1, 1]


def test_a_package_that_somebody_else_split_after_the_read_is_left_alone(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    (package,) = load(de_seller, 1)
    package_id = package["shipmentPackageId"]
    counting = once(SPLIT, lambda: apply_to(table, SELLER, package_id))
    assert consume(table, counting, records([package])) == []
    assert counting.asked == [READ, SPLIT, READ]
    state = read_state(table, SELLER, package_id)
    assert state is not None
    assert len(state.package.successor_ids) == 1


def test_a_package_whose_splitter_died_before_it_told_anybody_is_cleared_without_another_split(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    (package,) = load(de_seller, 1)
    brought = records([package])

    def die() -> None:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "UpdateItem")

    assert consume(table, once(CLEAR, die), brought) == [place_of(brought[-1])]
    assert closed(table, [package]) == [False]
    counting = Counting()
    assert consume(table, counting, brought) == []
    assert counting.asked == [READ, "query", CLEAR]
    assert closed(table, [package]) == [True]


def fail() -> None:
    raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "BatchGetItem")


def test_where_the_shared_read_fails_each_is_read_by_itself(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    packages = load(de_seller, 3)
    counting = once(READ, fail)
    assert consume(table, counting, records(packages)) == []
    assert counting.asked == [READ, *[READ, SPLIT, CLEAR] * 3]
    assert closed(table, packages) == [True] * 3


def test_a_split_that_fails_fails_its_own_record(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 3)
    brought = records(packages)
    assert consume(table, once(SPLIT, fail), brought) == [place_of(brought[0])]
    assert closed(table, packages) == [False, True, True]


def test_a_damaged_package_fails_its_own_record(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 3)
    brought = records(packages)
    key = order_keys.package(SELLER, packages[1]["shipmentPackageId"])
    table.update(Update(key, "SET document = :nothing", "attribute_exists(pk)", {"nothing": b""}))
    seen = Seen()
    with seen.watching():
        assert consume(table, Counting(), brought) == [place_of(brought[1])]
    assert closed(table, [packages[0], packages[2]]) == [True, True]
    (failed,) = seen.said("item.failed")
    assert (failed["order_number"], failed["correlation_id"]) == (packages[1]["orderNumber"], "request 1")


def test_a_package_keeps_its_mark_until_it_has_ended(
    table: Table, de_seller: Caller, records: Callable[..., Any]
) -> None:
    (wire,) = load(de_seller, 1)
    records([wire])
    state = read_state(table, SELLER, wire["shipmentPackageId"])
    assert state is not None
    assert not clear_package(table, state.package, now())
    assert len(due_records(table)) == 1
    after = read_state(table, SELLER, wire["shipmentPackageId"])
    assert after == state
    apply_to(table, SELLER, wire["shipmentPackageId"])
    assert not clear_package(table, state.package, now()), "whoever was faster has cleared it"


def test_nothing_is_begun_when_the_time_is_up(table: Table, de_seller: Caller, records: Callable[..., Any]) -> None:
    packages = load(de_seller, 2)
    brought = records(packages)
    counting = Counting()
    late = watched(table, counting, deadline=time.monotonic() - 1)
    assert (late(brought), counting.asked) == ([place_of(each) for each in brought], [])
    assert closed(table, packages) == [False, False]
