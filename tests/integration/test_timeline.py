"""GET an order's timeline: its packages as a tree, what was cancelled, what happened and who was told, in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cleave.store.packages import read_states
from cleave.table.table import Table
from cleave_cli.receiver import Answer as Reply
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_order.app import handler as create_order
from functions.create_webhook.app import handler as create
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.integration.timelines import ORDER, SELLER, Document, ask, part, told
from tests.support.calls import calls_of
from tests.support.gateway import Caller
from tests.support.splits import apply_waiting

PACKAGE, TRAYS, LAMP = 3330811901, 4765081101, 4765081102
TRAY = f"{ORDER}_SKU-TRAY-GREEN"
ITEM = {"cancel_id": 4711, "order_number": ORDER, "order_item_number": TRAY, "reason": "wrong_price"}


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
