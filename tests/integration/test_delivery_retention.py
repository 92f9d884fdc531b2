"""How long deliveries are kept, and that a lane goes on where some are gone."""

from datetime import timedelta

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.application.tell.ask_again import replay
from cleave.domain.events import track_of
from cleave.domain.subscription import seller_owner
from cleave.store.deliveries import place_of, read_waiting, settled_key, waiting_key
from cleave.store.retention import DELIVERIES_KEPT
from cleave.table.attributes import Item, to_item
from cleave.table.requests import Delete
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import OK, SELLER, TRACKS, DelayQueue, Script, drainer, happen, readable, status, webhook
from tests.support.template import resources

OWNER = seller_owner(SELLER)
TRACK = track_of(SELLER, "A", TRACKS)
HOUR = timedelta(hours=1)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


def items(table: Table, prefix: str) -> list[Item]:
    found = [to_item(each) for each in table.client.scan(TableName=table.name)["Items"]]
    return [item for item in found if item["pk"].startswith(prefix)]


def kept(table: Table, prefix: str) -> set[timedelta]:
    """From the events on, with whose times (in ms) the sort keys begin."""
    return {
        timedelta(seconds=int(item["expires_at"]) - int(item["sk"].partition("#")[0]) // 1000)
        for item in items(table, prefix)
    }


def test_the_table_lets_go_what_has_expired() -> None:
    (table,) = resources("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_a_delivery_is_kept_for_90_days_after_its_event_whatever_becomes_of_it(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 3))
    assert (kept(table, "WAITING#"), items(table, "DELIVERY#")) == ({DELIVERIES_KEPT}, [])
    clock.move(days=1)
    bell.run_until(drainer(table, script, bell), clock() + HOUR)
    assert (len(script.tried) > 1, kept(table, "WAITING#")) == (True, {DELIVERIES_KEPT})
    script.answer = OK
    replay(table, bell, OWNER, made.subscription_id, DeliveryQuery(order_number="A"), clock())
    bell.run(drainer(table, script, bell))
    assert (script.in_order("A"), items(table, "WAITING#")) == ([1, 2], [])
    assert kept(table, "DELIVERY#") == {DELIVERIES_KEPT}
    replay(table, bell, OWNER, made.subscription_id, DeliveryQuery(order_number="A"), clock())
    assert (kept(table, "WAITING#"), kept(table, "DELIVERY#")) == ({DELIVERIES_KEPT}, {DELIVERIES_KEPT})


def test_a_lane_of_which_something_has_expired_goes_on_in_order(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(answer=status(500))
    happen(table, bell, "A", range(1, 2))
    clock.move(days=1)
    happen(table, bell, "A", range(2, 4))
    bell.run(drainer(table, script, bell))
    first, *later = readable(read_waiting(table, made.subscription_id, TRACK, "", 10))
    assert [each.first for each in later] == [2, 3]
    table.delete(Delete(waiting_key(first, TRACK)))
    script.answer = OK

    def let_go_on() -> None:
        replay(table, bell, OWNER, made.subscription_id, DeliveryQuery(order_number="A"), clock())
        bell.run(drainer(table, script, bell))

    let_go_on()
    assert script.told == []  # it is not the first one's time yet: it may be that its fan-out is late
    clock.now = first.event_at + DELIVERIES_KEPT + timedelta(seconds=1)
    let_go_on()
    assert script.in_order("A") == [2, 3]
    table.delete(Delete(settled_key(later[0])))
    clock.now = later[0].event_at + DELIVERIES_KEPT + timedelta(seconds=1)
    happen(table, bell, "A", range(4, 5))
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [2, 3, 4]
    page = list_deliveries(table, OWNER, made.subscription_id, DeliveryQuery(order_number="A"))
    assert [row.delivery.first for row in page.rows] == [3, 4]
    assert place_of(page.rows[0].delivery) == place_of(later[1])
