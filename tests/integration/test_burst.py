"""A burst of cancellations on one package, one call for each item, ends in one split."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.split.quiet_period import Settle
from cleave.entry.stream import StreamConsumer
from cleave.store.orders import order_package_ids
from cleave.store.packages import read_package
from cleave.table.table import Table

from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.stream import stream_records

SELLER, ORDER, PACKAGE = 20811, "10811190301", 3330811901
ITEMS = ["SKU-TRAY-GREEN", "SKU-TRAY-GREEN", "SKU-LAMP"]  # of three trays and one lamp

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def loaded(load: Callable[[str], list[dict[str, Any]]]) -> None:
    load("sample-orders")


class Pauses:
    """Stands in for sleeping: time passes, and what was planned happens meanwhile."""

    def __init__(self, clock: FrozenClock, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.clock, self.meanwhile, self.slept = clock, meanwhile, list[float]()

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()
        self.clock.move(seconds=seconds)


def cancel(channel: Caller, number: int) -> None:
    body = {
        "cancel_id": number,
        "order_number": ORDER,
        "cancel_quantity": 1,
        "order_item_number": f"{ORDER}_{ITEMS[number - 1]}",
        "reason": "out_of_stock",
    }
    assert channel.call(order_cancel, body).status == 200


def consume(
    table: Table, records: list[dict[str, Any]], pauses: Pauses, wait: timedelta = timedelta(seconds=1)
) -> None:
    consumer = StreamConsumer(table, lambda _wake, _delay: None, settle=Settle(wait, pauses))
    assert consumer.consume({"Records": records}) == {"batchItemFailures": []}


def waiting_records(table: Table) -> list[dict[str, Any]]:
    return [record for record in stream_records(table) if "waiting_since" in record["dynamodb"].get("NewImage", {})]


def causes(table: Table) -> list[tuple[str, ...]]:
    """What caused each package of the order that a split made."""
    ids = order_package_ids(table, SELLER, ORDER)
    packages = [found.package for found in (read_package(table, SELLER, each) for each in ids) if found]
    return [package.caused_by for package in packages if package.parent_id]


def test_all_calls_that_come_while_the_first_settles_end_in_one_split(
    table: Table, channel: Caller, clock: FrozenClock
) -> None:
    cancel(channel, 1)

    def more() -> None:
        for number in (2, 3):
            cancel(channel, number)

    pauses = Pauses(clock, meanwhile=more)
    consume(table, waiting_records(table), pauses)
    assert causes(table) == [tuple(f"hepsiglobal#{channel.credential}#{number}" for number in (1, 2, 3))]
    assert pauses.slept == [1.0]
    consume(table, waiting_records(table), pauses)
    assert len(causes(table)) == 1, "the later calls' records find nothing to do"


def test_a_batch_waits_no_longer_than_once(table: Table, channel: Caller, clock: FrozenClock) -> None:
    for number in (1, 2, 3):
        cancel(channel, number)
        clock.move(milliseconds=100)
    pauses = Pauses(clock)
    consume(table, waiting_records(table), pauses)
    assert pauses.slept == [0.7]
    assert len(causes(table)) == 1


def test_records_that_queued_up_are_not_held_up(table: Table, channel: Caller, clock: FrozenClock) -> None:
    cancel(channel, 1)
    clock.move(seconds=1)
    pauses = Pauses(clock)
    consume(table, waiting_records(table), pauses)
    assert (pauses.slept, len(causes(table))) == ([], 1)


def test_a_clock_that_is_ahead_costs_one_wait(table: Table, channel: Caller, clock: FrozenClock) -> None:
    cancel(channel, 1)
    clock.move(minutes=-5)
    pauses = Pauses(clock)
    consume(table, waiting_records(table), pauses)
    assert (pauses.slept, len(causes(table))) == ([1.0], 1)


def test_an_explicit_split_waits_for_nothing_because_nothing_can_join_it(
    table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    path = {"sellerId": SELLER, "packageId": PACKAGE}
    assert de_seller.call(split_package, {"orderLineIds": [4765081102]}, path=path).status == 200
    pauses = Pauses(clock)
    consume(table, waiting_records(table), pauses)
    assert (pauses.slept, causes(table)) == ([], [(), ()])


def test_without_settling_a_burst_is_a_split_for_each_record(table: Table, channel: Caller, clock: FrozenClock) -> None:
    pauses = Pauses(clock)
    for number in (1, 2):
        cancel(channel, number)
        consume(table, waiting_records(table), pauses, wait=timedelta(0))
        clock.move(milliseconds=100)
    assert len(causes(table)) == 2
