"""GET an order's timeline: its packages as a tree, what was cancelled, what happened and who was told, in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

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
from cleave_cli.receiver import Answer as Reply
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_order.app import handler as create_order
from functions.create_webhook.app import handler as create
from functions.get_order_timeline.app import handler as get_timeline
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.orders import wire_package
from tests.support.splits import apply_waiting
from tests.support.telling import TRACKS, readable

type Document = dict[str, Any]

SELLER: dict[str, object] = {"sellerId": 20811}
ORDER = "10811190301"
PACKAGE, TRAYS, LAMP = 3330811901, 4765081101, 4765081102
TRAY = f"{ORDER}_SKU-TRAY-GREEN"
ITEM = {"cancel_id": 4711, "order_number": ORDER, "order_item_number": TRAY, "reason": "wrong_price"}


def ask(caller: Caller, order: str = ORDER, **query: object) -> Answer:
    path = {"sellerId": caller.sellers[0]} if caller.role == "seller" else {}
    wanted = {name: [str(value)] for name, value in query.items()}
    return caller.call(get_timeline, path={**path, "orderNumber": order}, query=wanted)


def part(caller: Caller, order: str = ORDER, **query: object) -> Document:
    (found,) = ask(caller, order, **query).json["parts"]
    document: Document = found
    return document


def cancel(seller: Caller, package_id: int, line_id: int, quantity: int) -> str:
    body = {"lines": [{"lineId": line_id, "quantity": quantity}], "reasonId": 500}
    answer = seller.call(cancel_package, body, path={**SELLER, "packageId": package_id})
    assert answer.status == 200
    return answer.headers["Cancellation-Id"]


def tree(found: Document) -> list[tuple[int, int, str, list[tuple[int, int, str]]]]:
    return [
        (
            each["shipmentPackageId"],
            each["depth"],
            each["status"],
            [(line["lineId"], line["quantity"], line["status"]) for line in each["lines"]],
        )
        for each in found["packages"]
    ]


def told(found: Document) -> list[tuple[str, object]]:
    named = {"event": "status", "delivery": "state"}
    return [(each["type"], each[named.get(each["type"], "cancellationId")]) for each in found["timeline"]]


@pytest.fixture
def loaded(load: Callable[[str], list[Document]]) -> None:
    load("sample-orders")


@pytest.mark.usefixtures("loaded")
def test_each_unit_stands_in_the_tree_once_with_what_became_of_it(
    table: Table, clock: FrozenClock, de_seller: Caller
) -> None:
    first = cancel(de_seller, PACKAGE, TRAYS, 1)
    ((second_package,),) = apply_waiting(table).values()
    assert de_seller.call(split_package, {"orderLineIds": [LAMP]}, path={**SELLER, "packageId": second_package}).json
    ((lamp, trays),) = apply_waiting(table).values()
    clock.move(seconds=1)
    last = cancel(de_seller, trays, TRAYS, 1)
    found = part(de_seller)
    shown = tree(found)
    assert shown[:2] == [
        (PACKAGE, 0, "Cancelled", [(TRAYS, 1, "UnSupplied")]),
        (second_package, 1, "UnPacked", []),
    ]
    assert sorted(shown[2:]) == sorted(
        [(lamp, 2, "Created", [(LAMP, 1, "Created")]), (trays, 2, "Created", [(TRAYS, 2, "Created")])]
    )
    packages = {each["shipmentPackageId"]: each for each in found["packages"]}
    assert packages[PACKAGE]["lines"][0]["cancellationId"] == first
    assert [packages[trays]["lines"][0][name] for name in ("waiting", "cancellationId")] == [1, None]
    assert (packages[lamp]["parentId"], packages[lamp]["createdBy"]) == (second_package, "split")
    assert packages[second_package]["successorIds"] == [lamp, trays]
    entries = [each for each in found["timeline"] if each["type"] == "cancellation.accepted"]
    assert [(each["cancellationId"], each["state"]) for each in entries] == [(first, "applied"), (last, "accepted")]
    assert entries[0]["packages"] == [{"shipmentPackageId": PACKAGE, "lines": [{"lineId": TRAYS, "quantity": 1}]}]


@pytest.mark.usefixtures("loaded")
def test_a_split_that_is_about_to_be_made_is_announced(table: Table, de_seller: Caller) -> None:
    answer = de_seller.call(split_package, {"orderLineIds": [LAMP]}, path={**SELLER, "packageId": PACKAGE})
    (package,) = part(de_seller)["packages"]
    assert (package["plannedIds"][0], package["status"]) == (answer.json["newPackageId"], "Created")
    apply_waiting(table)
    assert [each["plannedIds"] for each in part(de_seller)["packages"]] == [[], [], []]


def test_what_happened_and_who_was_told_is_told_in_order(
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    channel: Caller,
    load: Callable[[str], list[Document]],
) -> None:
    receiver.respond = lambda request: Reply(503 if request.method == "PUT" else 200)
    webhook = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
    mine = de_seller.call(create, webhook, path=SELLER).json["id"]
    theirs = channel.call(create_for_channel, {"base_url": receiver.url, "seller_ids": [20811]}).json["id"]
    load("sample-orders")
    clock.move(seconds=1)
    name = cancel(de_seller, PACKAGE, TRAYS, 1)
    clock.move(seconds=1)
    let_happen()
    found = part(de_seller)
    assert told(found) == [
        ("cancellation.accepted", name),
        ("cancellation.applied", name),
        ("event", "Cancelled"),
        ("event", "Created"),
        ("delivery", "delivered"),
        ("delivery", "delivered"),
    ]
    assert [each["date"] for each in found["timeline"]] == sorted(each["date"] for each in found["timeline"])
    deliveries = found["timeline"][4:]
    assert [(each["event"], each["subscription"], each["lastAnswer"]) for each in deliveries] == [
        (1, mine, "200"),
        (2, mine, "200"),
    ]
    assert {each["correlationId"] for each in found["timeline"][2:4]} == {"test-request"}
    as_channel = part(channel)
    assert told(as_channel) == [
        ("cancellation.accepted", None),
        ("cancellation.applied", None),
        ("event", "Cancelled"),
        ("event", "Created"),
        ("delivery", "waiting"),
    ]
    last = as_channel["timeline"][-1]
    assert (last["event"], last["subscription"], last["attempts"], last["lastAnswer"]) == (1, theirs, 1, "503")


@pytest.mark.usefixtures("loaded")
def test_somebody_elses_cancellation_has_no_name(table: Table, de_seller: Caller, channel: Caller) -> None:
    assert channel.call(order_cancel, {**ITEM, "cancel_quantity": 1}).status == 200
    apply_waiting(table)
    mine, theirs = part(de_seller), part(channel)
    for found, name in ((mine, None), (theirs, "4711"), (part(replace(channel, credential="other")), None)):
        accepted = found["timeline"][0]
        assert (accepted["cancellationId"], accepted["dialect"], accepted["reason"]) == (
            name,
            "hepsiglobal",
            "wrong_price",
        )
        assert found["packages"][0]["lines"][0]["cancellationId"] == name
    assert "test-credential" not in json.dumps(mine)


@pytest.mark.usefixtures("table")
def test_a_channel_sees_its_own_sellers_parts_alone(channel: Caller) -> None:
    item = {"item_number": "O-1_A", "sku": "A", "quantity": 1, "unit_product_price": 1}
    items = [item | {"company_id": 20811}, item | {"company_id": 20812, "item_number": "O-1_B"}]
    order = {"order_number": "O-1", "order_date": "2026-10-17T16:01:26Z", "order_items": items}
    assert channel.call(create_order, order).status == 200
    sellers = [
        [each["sellerId"] for each in ask(replace(channel, sellers=own), "O-1").json["parts"]]
        for own in ((20811, 20812), (20811, 20999), (20812,))
    ]
    assert sellers == [[20811, 20812], [20811], [20812]]


def test_of_somebody_elses_order_no_more_is_asked_than_of_none(table: Table, load: Callable[[str], Any]) -> None:
    load("sample-orders")
    for caller in (
        Caller("seller", (20812,), {"storeFrontCode": "DE"}),
        Caller("channel", (20812, 20813), {}),
        Caller("channel", (20812,), {}),
    ):
        with calls_of(table.client) as sent:
            answers = [ask(caller, order) for order in (ORDER, "none")]
        assert [(each.status, each.json["errors"][0]["key"]) for each in answers] == [(404, "order.not.found")] * 2
        assert (answers[0].json, sent) == (answers[1].json, ["Query"] * 2)


@pytest.mark.usefixtures("loaded")
def test_a_credential_of_some_storefronts_sees_their_orders_and_no_webhooks(
    let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller
) -> None:
    webhook = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
    assert de_seller.call(create, webhook, path=SELLER).status == 200
    cancel(de_seller, PACKAGE, TRAYS, 1)
    let_happen()
    german, other = (replace(de_seller, storefronts=(code,), headers={"storeFrontCode": code}) for code in ("DE", "AE"))
    assert {each["type"] for each in part(de_seller)["timeline"]} > {each["type"] for each in part(german)["timeline"]}
    assert "delivery" not in {each["type"] for each in part(german)["timeline"]}
    assert ask(other).status == 404


@pytest.mark.usefixtures("loaded")
def test_nothing_of_the_customer_is_in_it(table: Table, de_seller: Caller) -> None:
    cancel(de_seller, PACKAGE, TRAYS, 1)
    apply_waiting(table)
    stored = read_states(table, 20811, [PACKAGE])[PACKAGE]
    text = json.dumps(ask(de_seller).json)
    private = [value for name, value in stored.package.details.items() if "ustomer" in name and isinstance(value, str)]
    assert len(private) > 2
    assert [value for value in private if value and value in text] == []
    assert "ddress" not in text


# ------------------------------------------------------------------------------------------------------- pages


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


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 201}, "size"),
        ({"cursor": "1.2"}, "cursor"),
        ({"cursor": "1.2.99999999"}, "cursor"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(de_seller: Caller, query: Document, field: str) -> None:
    answer = ask(de_seller, **query)
    assert (answer.status, answer.json["errors"][0]["message"].partition(":")[0]) == (400, field)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("cursor", ["20811.9999999999999999.9999999", "20812.1.1", "99999.1.1"])
def test_a_cursor_from_nowhere_leads_nowhere(de_seller: Caller, cursor: str) -> None:
    assert ask(de_seller, cursor=cursor).status in {200, 404}


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("order", ["", "x" * 301, "a%23b", "%00", "ö" * 100])
def test_an_order_number_may_be_anything(de_seller: Caller, channel: Caller, order: str) -> None:
    assert [ask(caller, order).status for caller in (de_seller, channel)] == [404, 404]
