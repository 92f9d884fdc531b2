"""Deliveries listed by page and filter, and sent again."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from cleave.application.read.deliveries import DeliveryPage, DeliveryQuery, find_delivery, list_deliveries
from cleave.application.read.deliveries import MessageRef as Ref
from cleave.application.read.delivery_rows import DeliveryRow
from cleave.application.tell.ask_again import replay, resend
from cleave.domain.delivery import DeliveryState
from cleave.domain.subscription import seller_owner
from cleave.store import webhook_keys
from cleave.store.attempts import read_attempts
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import OK, SELLER, DelayQueue, Script, drainer, happen, status, webhook
from tests.support.template import resources

OWNER = seller_owner(SELLER)
ORDERS = [f"O{number}" for number in range(6)]


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


@pytest.fixture
def told(table: Table, clock: FrozenClock, bell: DelayQueue) -> tuple[str, Script]:
    """Six orders with two events each, a minute apart; of O0 and O1 all is refused."""
    made = webhook(table, clock())
    script = Script(decide=lambda _, delivery: status(422) if delivery.lane.order_number in {"O0", "O1"} else OK)
    for order in ORDERS:
        happen(table, bell, order, range(1, 3))
        bell.run(drainer(table, script, bell))
        clock.move(minutes=1)
    return made.subscription_id, script


def names(rows: Sequence[DeliveryRow]) -> list[str]:
    return [f"{each.delivery.lane.order_number}/{each.delivery.number(each.message)}" for each in rows]


def pages(table: Table, subscription_id: str, **query: object) -> Iterator[DeliveryPage]:
    after = None
    while True:
        page = list_deliveries(table, OWNER, subscription_id, DeliveryQuery(**query, after=after))  # type: ignore[arg-type]
        yield page
        if page.next_after is None:
            return
        after = page.next_after


def everything(table: Table, subscription_id: str, **query: object) -> list[str]:
    return [name for page in pages(table, subscription_id, **query) for name in names(page.rows)]


def test_pages_of_any_size_hold_every_delivery_once_and_in_order(table: Table, told: tuple[str, Script]) -> None:
    whole = [f"{order}/{number}" for order in ORDERS for number in (1, 2)]
    for size in (1, 5, 12, 50):
        assert everything(table, told[0], size=size) == whole


def test_filters_narrow_the_list_whatever_the_size_of_its_pages(
    table: Table, told: tuple[str, Script], clock: FrozenClock
) -> None:
    waiting = ["O0/1", "O0/2", "O1/1", "O1/2"]
    delivered = [f"{order}/{number}" for order in ORDERS[2:] for number in (1, 2)]
    for size in (1, 3, 50):
        assert everything(table, told[0], size=size, state=DeliveryState.WAITING) == waiting
        assert everything(table, told[0], size=size, state=DeliveryState.DELIVERED) == delivered
        assert everything(table, told[0], size=size, answer="422") == ["O0/1", "O1/1"]
        assert everything(table, told[0], size=size, order_number="O3") == ["O3/1", "O3/2"]
        assert everything(table, told[0], size=size, order_number="O3", state=DeliveryState.WAITING) == []
        since, until = clock() - timedelta(minutes=3), clock() - timedelta(minutes=1)
        assert everything(table, told[0], size=size, since=since, until=until) == ["O3/1", "O3/2", "O4/1", "O4/2"]


def test_each_failed_attempt_is_kept_for_thirty_days_and_then_deleted_by_the_table(
    table: Table, told: tuple[str, Script]
) -> None:
    (row, *_) = list_deliveries(table, OWNER, told[0], DeliveryQuery(order_number="O0")).rows
    attempt = read_attempts(table, told[0], row.place, row.message)[0]
    assert (attempt.status, attempt.error, attempt.excerpt) == (422, None, "")
    prefix = webhook_keys.attempt_prefix(row.place, row.message)
    (item,) = table.page(webhook_keys.attempt_partition(told[0]), 1, after=prefix, before=f"{prefix}~")
    expiry = resources("AWS::DynamoDB::Table")["Table"]["TimeToLiveSpecification"]
    assert expiry["Enabled"] in (True, "true")
    assert item[expiry["AttributeName"]] == int((attempt.at + timedelta(days=30)).timestamp())


def test_an_attempt_that_was_taken_is_the_outcome_of_its_message(table: Table, told: tuple[str, Script]) -> None:
    (listed, *_) = list_deliveries(table, OWNER, told[0], DeliveryQuery(order_number="O2")).rows
    row, failed = find_delivery(table, OWNER, told[0], Ref(listed.place, listed.message))
    assert (row, failed) == (listed, [])
    assert isinstance(row, DeliveryRow)
    assert row.outcome is not None
    assert (row.state, row.outcome.attempts, row.outcome.answer) == (DeliveryState.DELIVERED, 1, "200")


def test_a_replay_sends_again_in_order_what_was_taken_and_what_waits(
    table: Table, told: tuple[str, Script], bell: DelayQueue, clock: FrozenClock
) -> None:
    subscription_id, script = told
    script.decide = None
    script.told.clear()
    page = replay(table, bell, OWNER, subscription_id, DeliveryQuery(until=clock(), size=100), clock())
    assert len(page.rows) == 12
    bell.run(drainer(table, script, bell))
    assert {order: script.in_order(order) for order in ORDERS} == {order: [1, 2] for order in ORDERS}
    assert everything(table, subscription_id, state=DeliveryState.WAITING) == []


def test_what_is_sent_again_keeps_its_id_and_number_and_shows_each_outcome(
    table: Table, told: tuple[str, Script], bell: DelayQueue, clock: FrozenClock
) -> None:
    subscription_id, script = told
    first, second = list_deliveries(table, OWNER, subscription_id, DeliveryQuery(order_number="O3")).rows
    script.told.clear()
    resend(table, bell, OWNER, subscription_id, Ref(second.place, second.message), clock())
    assert everything(table, subscription_id, order_number="O3", state=DeliveryState.WAITING) == ["O3/2"]
    bell.run(drainer(table, script, bell))
    assert script.told == [(f"{SELLER}-O3-2", "O3", 2)]
    again = list_deliveries(table, OWNER, subscription_id, DeliveryQuery(order_number="O3")).rows
    assert again[0] == first
    assert (again[1].outcome, again[1].state) != (second.outcome, DeliveryState.WAITING)
