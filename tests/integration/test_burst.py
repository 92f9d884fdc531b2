"""A burst of cancellations on one package, one call for each item, ends in one split."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.split.quiet_period import QuietPeriod
from cleave.store.orders import order_package_ids
from cleave.store.packages import read_states
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.samples import Package, fresh_package
from tests.support.streaming import QUIET, Consumer, due_records

SELLER = 20811
PATH = {"sellerId": SELLER}


@pytest.fixture
def package(table: Table, de_seller: Caller) -> Package:
    """Twelve units of one line, and one of another."""
    del table
    loaded = fresh_package(SELLER, "DE", {"A": 12, "B": 1}, seller_pays=True)
    assert de_seller.call(import_orders, loaded, path=PATH).status == 200
    return loaded


class Pauses:
    """Stands in for sleeping: time passes, and what is planned for a moment happens at it."""

    def __init__(self, clock: FrozenClock, **planned: Callable[[], object]) -> None:
        self.clock, self.slept = clock, list[float]()
        self.planned = {float(after.removeprefix("at_")) / 1000: what for after, what in planned.items()}
        self.passed = 0.0

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        end = round(self.passed + seconds, 3)
        for moment in sorted(each for each in self.planned if each <= end):
            self._pass(moment)
            self.planned.pop(moment)()
        self._pass(end)

    def _pass(self, until: float) -> None:
        self.clock.move(seconds=until - self.passed)
        self.passed = until


def cancel(seller: Caller, package: Package, key: object) -> None:
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    path = {**PATH, "packageId": package["shipmentPackageId"]}
    headers = {"Idempotency-Key": str(key)}
    assert seller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path, headers=headers).status == 200


def consume(table: Table, pauses: Pauses, quiet: QuietPeriod = QUIET) -> None:
    assert Consumer(table, quiet=quiet, pause=pauses)(due_records(table)) == []


def splits(table: Table, package: Package) -> list[int]:
    """How many cancellations led to each package of the order that a split made, the oldest first."""
    ids = order_package_ids(table, SELLER, package["orderNumber"])
    found = [state.package for state in read_states(table, SELLER, ids).values()]
    born = sorted((each for each in found if each.parent_id), key=lambda each: each.created_at)
    return [len(each.caused_by) for each in born]


@pytest.fixture
def burst(de_seller: Caller, package: Package) -> Callable[[object], Callable[[], None]]:
    return lambda key: lambda: cancel(de_seller, package, key)


def test_all_calls_of_a_quiet_period_end_in_one_split(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]]
) -> None:
    burst(1)()
    pauses = Pauses(clock, at_100=burst(2), at_120=burst(3))
    consume(table, pauses)
    assert splits(table, package) == [3]
    assert pauses.slept == pytest.approx([0.25, 0.12])
    consume(table, pauses)
    assert len(splits(table, package)) == 1, "the later calls' records find nothing to do"


def test_a_burst_without_an_end_is_split_a_second_after_its_first_call(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]]
) -> None:
    burst(0)()
    pauses = Pauses(clock, **{f"at_{moment}": burst(moment) for moment in range(200, 1200, 200)})
    consume(table, pauses)
    assert splits(table, package) == [6]
    assert [sum(pauses.slept), pauses.passed] == pytest.approx([1.0, 1.0])


def test_a_burst_that_began_before_the_batch_is_split_a_second_after_its_first_call_too(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]]
) -> None:
    for moment in range(0, 1000, 200):
        burst(moment)()
        clock.move(milliseconds=200 if moment < 800 else 100)
    pauses = Pauses(clock, at_90=burst("last"))
    consume(table, pauses)
    assert splits(table, package) == [6]
    assert pauses.passed == 0.1


def test_a_package_waits_only_for_what_of_its_quiet_period_is_left(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]]
) -> None:
    burst(1)()
    clock.move(milliseconds=100)
    burst(2)()
    clock.move(milliseconds=70)
    pauses = Pauses(clock)
    consume(table, pauses)
    assert pauses.slept == pytest.approx([0.18])
    assert splits(table, package) == [2]


def test_records_that_queued_up_are_not_held_up(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]]
) -> None:
    burst(1)()
    clock.move(milliseconds=250)
    pauses = Pauses(clock)
    consume(table, pauses)
    assert (pauses.slept, splits(table, package)) == ([], [1])


def test_a_package_that_is_ready_does_not_wait_for_another_ones_burst(
    table: Table, package: Package, de_seller: Caller, clock: FrozenClock
) -> None:
    other = fresh_package(SELLER, "DE", {"A": 3}, seller_pays=True)
    assert de_seller.call(import_orders, other, path=PATH).status == 200
    cancel(de_seller, package, "ready")
    clock.move(milliseconds=250)
    cancel(de_seller, other, "new")
    done_before_the_wait: list[object] = []
    pauses = Pauses(clock, at_1=lambda: done_before_the_wait.extend([splits(table, package), splits(table, other)]))
    consume(table, pauses)
    assert done_before_the_wait == [[1], []]
    assert (pauses.slept, splits(table, other)) == ([0.25], [1])


def test_several_bursts_are_waited_for_together(
    table: Table, package: Package, de_seller: Caller, clock: FrozenClock
) -> None:
    others = [fresh_package(SELLER, "DE", {"A": 3}, seller_pays=True) for _ in range(3)]
    assert de_seller.call(import_orders, others, path=PATH).status == 200
    for each in (package, *others):
        cancel(de_seller, each, each["orderNumber"])
        clock.move(milliseconds=50)
    pauses = Pauses(clock)
    consume(table, pauses)
    assert sum(pauses.slept) == pytest.approx(0.2)
    assert all(len(splits(table, each)) == 1 for each in (package, *others))


@pytest.mark.parametrize("minutes", [-5, -1])
def test_a_clock_that_is_ahead_costs_one_wait(
    table: Table, package: Package, clock: FrozenClock, burst: Callable[[object], Callable[[], None]], minutes: int
) -> None:
    burst(1)()
    clock.move(minutes=minutes)
    pauses = Pauses(clock)
    consume(table, pauses)
    assert (sum(pauses.slept), splits(table, package)) == (1.0, [1])


def test_an_explicit_split_waits_for_nothing_because_nothing_can_join_it(
    table: Table, package: Package, de_seller: Caller, clock: FrozenClock
) -> None:
    path = {**PATH, "packageId": package["shipmentPackageId"]}
    body = {"orderLineIds": [package["lines"][1]["lineId"]]}
    assert de_seller.call(split_package, body, path=path).status == 200
    pauses = Pauses(clock)
    consume(table, pauses)
    assert (pauses.slept, splits(table, package)) == ([], [0, 0])


def test_without_a_quiet_period_a_burst_is_a_split_for_each_batch(
    table: Table, package: Package, channel: Caller, clock: FrozenClock
) -> None:
    item = {"order_number": package["orderNumber"], "order_item_number": f"{package['orderNumber']}_A"}
    for number in (1, 2):
        body: dict[str, Any] = {"cancel_id": number, **item, "cancel_quantity": 1, "reason": "out_of_stock"}
        assert channel.call(order_cancel, body).status == 200
        consume(table, Pauses(clock), quiet=QuietPeriod(timedelta(0), timedelta(0)))
        clock.move(milliseconds=100)
    assert splits(table, package) == [1, 1]
