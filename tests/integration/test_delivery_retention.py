"""How long deliveries are kept, and that a lane goes on where some are gone."""

from datetime import timedelta

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries, replay
from cleave.clock import from_ms
from cleave.domain.subscription import seller_owner
from cleave.store import keys
from cleave.store.deliveries import KEPT, sort_key, waiting_page
from cleave.table.attributes import Item, to_item
from cleave.table.requests import Delete
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import OK, SELLER, DelayQueue, Script, drainer, happen, status, webhook
from tests.support.template import resources

DAY = timedelta(days=1)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


def items(table: Table, prefix: str) -> list[Item]:
    found = [to_item(each) for each in table.client.scan(TableName=table.name)["Items"]]
    return [item for item in found if item["pk"].startswith(prefix)]


def kept(table: Table, clock: FrozenClock, prefix: str) -> set[timedelta]:
    return {from_ms(int(item["expires_at"]) * 1000) - clock() for item in items(table, prefix)}


def test_the_table_lets_go_what_has_expired() -> None:
    (table,) = resources("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_a_delivery_is_kept_for_90_days_after_it_was_queued_whatever_becomes_of_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 3))
    assert (kept(table, clock, "WAITING#"), kept(table, clock, "DELIVERY#")) == ({KEPT}, {KEPT + 7 * DAY})
    clock.move(seconds=1)
    bell.run(drainer(table, script, bell))
    later = clock() - timedelta(seconds=1)
    clock.now = later
    assert (kept(table, clock, "WAITING#"), kept(table, clock, "DELIVERY#")) == ({KEPT}, {KEPT + 7 * DAY})
    script.answer = OK
    clock.move(days=1)
    bell.run_until(drainer(table, script, bell), clock() + timedelta(hours=1))
    assert (script.in_order("A"), items(table, "WAITING#")) == ([1, 2], [])
    replay(table, bell, seller_owner(SELLER), made.subscription_id, DeliveryQuery(order_number="A"), clock())
    clock.now = later
    assert (kept(table, clock, "WAITING#"), kept(table, clock, "DELIVERY#")) == ({KEPT}, {KEPT + 7 * DAY})


def test_a_lane_of_which_something_has_expired_goes_on_in_order(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 4))
    bell.run(drainer(table, script, bell))
    waiting = [each for track in range(8) for each in waiting_page(table, made.subscription_id, track, "", 10)]
    first, second, _ = waiting
    # DynamoDB takes what waits of the first, and for the second its delivery before that.
    table.write(
        [
            Delete(keys.waiting(made.subscription_id, first.slot.lane.track, sort_key(first.slot))),
            Delete(keys.delivery(made.subscription_id, sort_key(second.slot))),
        ]
    )
    script.answer = OK
    bell.run_until(drainer(table, script, bell), clock() + timedelta(hours=1))
    table.write([Delete(keys.waiting(made.subscription_id, second.slot.lane.track, sort_key(second.slot)))])
    bell.run_until(drainer(table, script, bell), clock() + timedelta(hours=1))
    happen(table, bell, "A", range(4, 5))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [3, 4]
    page = list_deliveries(table, seller_owner(SELLER), made.subscription_id, DeliveryQuery(order_number="A"))
    assert [each.slot.number for each in page.deliveries] == [1, 3, 4]
