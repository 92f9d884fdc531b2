"""docs/stream-failures.md, row by row: what the stream function and its source do when something fails."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from cleave.application.split import due_work
from cleave.application.split.split_package import split_package
from cleave.domain.change import OrderChange
from cleave.store.due_packages import ReadPackage
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

from tests.support.breaker import Killed
from tests.support.orders import Shop, wire_package
from tests.support.stories import Units, check_settled, read_story
from tests.support.stream_source import Record, StreamSource
from tests.support.world import World

ILL, WELL = 601, 602
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "TransactWriteItems")
CONFLICT: Any = {
    "Error": {"Code": "TransactionCanceledException", "Message": ""},
    "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
}
CONFLICTED = ClientError(CONFLICT, "TransactWriteItems")
RETRIES = 6


@dataclass
class Context:
    """Lambda's, with so much time left."""

    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class Failing:
    """Fails the writes that name the ill seller's package, or another ``item``, so many times."""

    error: Exception
    times: int
    item: str = f"PACKAGE#{ILL}#"
    failed: int = 0

    def __call__(self, request: dict[str, Any]) -> None:
        if self.item in repr(request.get("TransactItems", request.get("Item"))) and self.failed < self.times:
            self.failed += 1
            raise self.error


@dataclass
class Case:
    """Two sellers, each with a cancel that waits; the ill one's record comes first."""

    world: World

    def __post_init__(self) -> None:
        for seller_id in (ILL, WELL):
            shop = Shop(self.world, seller_id)
            shop.load([wire_package(seller_id, f"O{seller_id}", {1: 2})])
            assert shop.cancel(seller_id, {1: 1}, "key").status == 200
        self.world.flow()

    @property
    def stream(self) -> StreamSource:
        return self.world.stream

    def is_split(self, seller_id: int) -> bool:
        story = read_story(self.world.table, seller_id, f"O{seller_id}")
        return bool(story.packages[seller_id].package.successor_ids)

    def settled(self, seller_id: int) -> None:
        story = read_story(self.world.table, seller_id, f"O{seller_id}")
        (key,) = story.cancellations
        check_settled(story, Units(Counter({1: 2}), Counter({1: 1}), {key: Counter({1: 1})}))

    def damage(self, change: Callable[[Record], None]) -> None:
        """Change the ill seller's record on its way."""
        at, record = self.stream.waiting[0]
        broken = copy.deepcopy(record)
        change(broken)
        self.stream.waiting[0] = (at, broken)

    def given_up(self) -> list[Record]:
        return [record for each in self.stream.given_up for record in json.loads(each["payload"])["Records"]]


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


@pytest.mark.parametrize("error", [THROTTLED, CONFLICTED])
def test_a_moment_of_throttling_or_conflict_is_waited_out_in_one_invocation(case: Case, error: ClientError) -> None:
    case.world.breaker.interfere = Failing(error, 3)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL), case.stream.waiting) == (True, True, [])


@pytest.mark.parametrize("error", [THROTTLED, CONFLICTED])
def test_lasting_throttling_or_conflict_fails_the_record_alone_and_the_source_brings_it_again(
    case: Case, error: ClientError
) -> None:
    case.world.breaker.interfere = Failing(error, 8)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL)) == (False, True)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.stream.waiting) == (True, [])


def test_near_the_limit_nothing_is_begun_and_the_source_brings_it_again(case: Case) -> None:
    case.stream.context = Context(14_000)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL)) == (False, False)
    case.stream.context = Context(60_000)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL), case.stream.waiting) == (True, True, [])


def test_an_invocation_that_is_ended_at_the_limit_is_bisected_down_to_the_record(case: Case) -> None:
    case.world.breaker.interfere = Failing(Killed(), 2)  # type: ignore[arg-type] # as Lambda ends a process
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL)) == (False, False)
    case.stream.drain()
    assert (case.is_split(ILL), case.is_split(WELL), case.stream.given_up) == (True, True, [])


def garbled(record: Record) -> None:
    record["dynamodb"]["NewImage"]["waiting"] = {"Q": "of no type"}


def half(record: Record) -> None:
    del record["dynamodb"]["NewImage"]["waiting"]


def headless(record: Record) -> None:
    del record["dynamodb"]["NewImage"]["order_number"]


@pytest.mark.parametrize("damage", [garbled, half, headless])
def test_a_malformed_record_holds_back_nobody_and_ends_itself_in_the_destination(
    case: Case, damage: Callable[[Record], None]
) -> None:
    case.damage(damage)
    poison = case.stream.waiting[0][1]
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL)) == (False, True)
    case.stream.drain()
    assert case.stream.invocations == 1 + RETRIES
    assert poison in case.given_up()
    case.world.settle(1)
    case.settled(ILL)


def test_an_item_of_a_type_that_nobody_knows_is_passed_over(case: Case) -> None:
    def strange(record: Record) -> None:
        record["dynamodb"]["NewImage"] = {"pk": {"S": "OMEN#1"}, "sk": {"S": "OMEN"}, "due": {"N": "1"}}

    case.damage(strange)
    case.stream.invoke_once()
    assert (case.is_split(ILL), case.is_split(WELL), case.stream.waiting) == (False, True, [])


def with_bug(table: Table, numbers: TrackingNumbers, read: ReadPackage, at: datetime) -> OrderChange:
    if read.state.package.seller_id == ILL:
        raise ZeroDivisionError
    return split_package(table, numbers, read, at)


def test_a_bug_holds_back_its_own_package_alone_until_it_is_mended(case: Case) -> None:
    with mock.patch.object(due_work, "split_package", with_bug):
        case.stream.invoke_once()
        assert case.is_split(WELL)
        second = Shop(case.world, WELL)
        live = max(read_story(case.world.table, WELL, f"O{WELL}").live)
        assert second.cancel(live, {1: 1}, "later").status == 200
        case.world.split_and_tell()
        assert live not in read_story(case.world.table, WELL, f"O{WELL}").live
        case.world.clock.step(61)
        case.world.run_schedules()
        assert not case.is_split(ILL)
    case.world.settle(1)
    case.settled(ILL)


def test_a_record_that_grew_too_old_goes_to_the_destination_unseen_and_reconcile_does_its_work(case: Case) -> None:
    case.world.clock.step(21_601)
    case.stream.drain()
    assert (case.stream.invocations, len(case.given_up())) == (0, 2)
    case.world.settle(1)
    case.settled(ILL)
    case.settled(WELL)


def test_a_failed_record_holds_back_no_other_of_its_order_and_what_is_told_is_told_in_order(case: Case) -> None:
    shop = Shop(case.world, WELL)
    shop.subscribe()
    assert shop.notify(WELL, "Picking").status == 200
    case.world.flow()
    *packages, event = case.stream.waiting
    case.stream.waiting[:] = [event, *packages]
    case.world.breaker.interfere = Failing(ZeroDivisionError(), 1, "WAITING#")
    case.stream.invoke_once()
    assert (case.is_split(WELL), len(case.stream.waiting)) == (True, 1 + len(packages))
    case.world.deliver()
    assert case.world.told() == []
    case.world.settle(1)
    case.settled(WELL)
    assert [page["content"][0]["status"] for page in case.world.told()] == ["Picking", "Cancelled", "Created"]
