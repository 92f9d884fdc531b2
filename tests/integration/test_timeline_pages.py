"""A timeline comes in pages: by number, by size, and seller by seller."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from cleave.application.read import timeline, timeline_page
from cleave.domain.change import OrderChange
from cleave.domain.events import announce
from cleave.store.changes import write_change
from cleave.store.deliveries import deliveries_of, queue_delivery, read_waiting, waiting_key
from cleave.store.due_packages import read_audience
from cleave.store.packages import read_states
from cleave.table.requests import Delete
from cleave.table.table import Table

from functions.create_order.app import handler as create_order
from functions.create_webhook.app import handler as create
from functions.import_orders.app import handler as import_orders
from tests.integration.conftest import FrozenClock
from tests.integration.timelines import SELLER, Document, ask, part, told
from tests.support.gateway import Caller
from tests.support.orders import wire_package
from tests.support.telling import TRACKS, readable


def long_order(table: Table, seller: Caller, clock: FrozenClock, events: int, packages: int = 1) -> str:
    """An order with so many events, all of its first package, and a webhook that waits to be told of each."""
    made = [wire_package(500 + place, "LONG", {1: 1}) for place in range(packages)]
    for start in range(0, packages, 200):
        assert seller.call(import_orders, made[start : start + 200], path=SELLER).status == 200
    webhook = {"url": "https://93.184.215.14/hook", "authenticationType": "API_KEY", "apiKey": "key"}
    made_id: str = seller.call(create, webhook, path=SELLER).json["id"]
    told, part = read_states(table, 20811, [500])[500].package, (20811, "LONG")
    for start in range(0, events, 90):
        order, recipients = read_audience(table, [part])[part]
        groups = [[told]] * min(90, events - start)
        said = announce(order, groups, recipients, order.next_at(clock()))
        write_change(table, OrderChange(before=order, after=said.order, at=clock(), events=said.events))
        for event in said.events:
            assert [queue_delivery(table, track, delivery) for track, delivery in deliveries_of(event)] == [True]
    return made_id


@pytest.fixture
def sealing(let_happen: Callable[[], None]) -> None:
    """A key for webhooks' secrets."""
    del let_happen


def pages(caller: Caller, order: str, **query: object) -> list[Document]:
    found = [ask(caller, order, **query).json]
    while found[-1]["hasMore"]:
        found.append(ask(caller, order, **query, cursor=found[-1]["nextCursor"]).json)
    return found


@pytest.mark.usefixtures("sealing")
def test_a_long_order_comes_page_by_page_each_event_once_with_its_own_deliveries(
    table: Table, clock: FrozenClock, de_seller: Caller
) -> None:
    webhook = long_order(table, de_seller, clock, events=70)
    found = pages(de_seller, "LONG", size=60)
    entries = [page["parts"][0]["timeline"] for page in found]
    events = [[each["sequence"] for each in page if each["type"] == "event"] for page in entries]
    assert events == [[*range(1, 61)], [*range(61, 71)]]
    deliveries = [[each["event"] for each in page if each["type"] == "delivery"] for page in entries]
    assert deliveries == events
    assert {each["subscription"] for page in entries for each in page if each["type"] == "delivery"} == {webhook}
    assert [len(page["parts"][0]["packages"]) for page in found] == [1, 0]
    (track,) = [each for each in range(TRACKS) if read_waiting(table, webhook, each, "", 1)]
    for delivery in readable(read_waiting(table, webhook, track, "", 70)):
        if delivery.first in {*range(1, 41), 65}:  # not kept for ever
            table.delete(Delete(waiting_key(delivery, track)))
    last = ask(de_seller, "LONG", size=60, cursor=found[0]["nextCursor"]).json["parts"][0]["timeline"]
    assert [each["event"] for each in last if each["type"] == "delivery"] == [61, 62, 63, 64, 66, 67, 68, 69, 70]


@pytest.mark.usefixtures("sealing")
@pytest.mark.parametrize(
    ("module", "bound", "most", "pages_of"),
    [(timeline_page, "PACKAGES_AT_ONCE", 3, [3, 3, 1]), (timeline, "BYTES_AT_ONCE", 1, [1] * 7)],
)
def test_packages_are_divided_into_pages_by_number_and_by_size(  # noqa: PLR0913, PLR0917 - fixtures
    table: Table,
    clock: FrozenClock,
    de_seller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    bound: str,
    most: int,
    pages_of: list[int],
) -> None:
    monkeypatch.setattr(module, bound, most)
    long_order(table, de_seller, clock, events=2, packages=7)
    found = [page["parts"][0] for page in pages(de_seller, "LONG")]
    assert [len(each["packages"]) for each in found] == pages_of
    assert [each["shipmentPackageId"] for part in found for each in part["packages"]] == [*range(500, 507)]
    assert [len(each["timeline"]) for each in found] == [4] + [0] * (len(pages_of) - 1)


@pytest.mark.usefixtures("sealing")
def test_a_page_with_more_deliveries_than_an_answer_takes_has_fewer_events(
    table: Table, clock: FrozenClock, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_order(table, de_seller, clock, events=20)
    monkeypatch.setattr(timeline, "MOST_DELIVERIES", 8)
    entries = [page["parts"][0]["timeline"] for page in pages(de_seller, "LONG")]
    assert [[each["sequence"] for each in page if each["type"] == "event"] for page in entries] == [
        [*range(1, 9)],
        [*range(9, 17)],
        [*range(17, 21)],
    ]
    assert [len(page) for page in entries] == [16, 16, 8]


@pytest.mark.usefixtures("sealing")
def test_an_event_with_more_deliveries_than_any_answer_takes_says_so(
    table: Table, clock: FrozenClock, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_order(table, de_seller, clock, events=2)
    monkeypatch.setattr(timeline, "MOST_DELIVERIES", 0)
    found = [page["parts"][0] for page in pages(de_seller, "LONG")]
    assert [(told(part), part["deliveriesLeftOut"]) for part in found] == [([("event", "Created")], 1)] * 2


@pytest.mark.usefixtures("sealing")
def test_a_page_that_is_larger_than_an_answer_has_fewer_packages_and_events(
    table: Table, clock: FrozenClock, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_order(table, de_seller, clock, events=8, packages=16)
    whole = part(de_seller, "LONG")
    monkeypatch.setattr("cleave.entry.endpoint.MOST_ANSWER_BYTES", 4_000)
    found = [page["parts"][0] for page in pages(de_seller, "LONG")]
    assert len(found) > 2
    for name in ("packages", "timeline"):
        shown = [json.dumps(each) for each_part in found for each in each_part[name]]
        assert sorted(shown) == sorted(json.dumps(each) for each in whole[name])


@pytest.mark.usefixtures("table")
def test_sellers_come_one_after_the_other(channel: Caller) -> None:
    item = {"sku": "A", "quantity": 1, "unit_product_price": 1}
    items = [item | {"company_id": 31000 + n, "item_number": f"O-1_{n}"} for n in range(5)]
    order = {"order_number": "O-1", "order_date": "2026-10-17T16:01:26Z", "order_items": items}
    everybody = replace(channel, sellers=tuple(31000 + n for n in range(5)))
    assert everybody.call(create_order, order).status == 200
    found = pages(everybody, "O-1", size=2)
    assert [[each["sellerId"] for each in page["parts"]] for page in found] == [[31000, 31001], [31002, 31003], [31004]]
