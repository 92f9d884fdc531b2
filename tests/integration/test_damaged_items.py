"""One stored item cannot be read: everybody else's work goes on, lists show the others and name it."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.application.subscribe.revocation import revoke
from cleave.domain.events import track_of
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.roles import Role
from cleave.domain.subscription import seller_owner
from cleave.entry.authorizer import authenticate
from cleave.store import credential_keys, order_keys, webhook_keys
from cleave.store.circuits import read_circuit
from cleave.store.credentials import Credential, list_credentials, store_credential
from cleave.store.deliveries import place_of
from cleave.store.details import Details
from cleave.store.documents import pack
from cleave.store.packages import read_state
from cleave.store.subscriptions import read_owned
from cleave.table.requests import Key, Update
from cleave.table.table import Table
from cleave_cli import order as order_command

from functions.activate_webhook.app import handler as activate_webhook
from functions.cancel_package.app import handler as cancel_package
from functions.delete_webhook.app import handler as delete_webhook
from functions.get_cancellation.app import handler as get_cancellation
from functions.get_delivery.app import handler as get_delivery
from functions.get_order_timeline.app import handler as get_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as get_stream
from functions.get_webhook.app import handler as get_webhook
from functions.import_orders.app import handler as import_orders
from functions.list_deliveries.app import handler as list_deliveries_call
from functions.list_webhooks.app import handler as list_webhooks
from functions.replay_deliveries.app import handler as replay_deliveries
from functions.resend_delivery.app import handler as resend_delivery
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.orders import wire_package
from tests.support.telling import (
    SELLER,
    TRACKS,
    DelayQueue,
    Script,
    drainer,
    happen,
    status,
    webhook,
)
from tests.unit.builders import line, package

PATH: dict[str, object] = {"sellerId": SELLER}
OWNER = seller_owner(SELLER)
GOOD, BAD = 501, 502
_MINUTES = timedelta(minutes=15)
WAITING_FOR_EVER = [{"1": 1}, Reason.OUT_OF_STOCK.value, CancelledBy.SELLER.value, False, 10**30, ""]
DAMAGE: dict[str, dict[str, Any]] = {
    "no document": {"document": b""},
    "another document": {"document": b"\x01nonsense"},
    "a text for a document": {"document": "text"},
    "no units": {"left": None},
    "a text for a map": {"waiting": "text"},
    "a time beyond all": {
        "waiting": {"a": [{"1": 1}, Reason.OUT_OF_STOCK.value, CancelledBy.SELLER.value, False, 10**30, ""]}
    },
    "no id": {"successor_ids": ["x"]},
    "no map of units": {"left": ["a", 1]},
    "a later format": {"format": 99},
}
# A list reads no counts and no reservations: for 200 packages they may take more memory than a function has.
UNREAD_BY_LISTS = {kind for kind, damaged in DAMAGE.items() if damaged.keys() & {"left", "waiting"}}


def damage(table: Table, key: Key, attributes: dict[str, Any]) -> None:
    names = {f"n{number}": name for number, name in enumerate(attributes)}
    sets = ", ".join(f"#n{number} = :n{number}" for number in range(len(attributes)))
    values = {f"n{number}": value for number, value in enumerate(attributes.values())}
    table.update(Update(key, f"SET {sets}", "attribute_exists(pk)", values, names))


@pytest.fixture
def order(table: Table, de_seller: Caller) -> str:
    """With two packages."""
    del table
    packages = [wire_package(package_id, "ORDER", {1: 3}) for package_id in (GOOD, BAD)]
    assert de_seller.call(import_orders, packages, path=PATH).status == 200
    return "ORDER"


@pytest.mark.usefixtures("token_secret")
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_package_is_named_beside_the_others_wherever_it_would_stand(
    table: Table, de_seller: Caller, order: str, kind: str
) -> None:
    damage(table, order_keys.package(SELLER, BAD), DAMAGE[kind])
    lists = [
        de_seller.call(get_shipment_packages, path=PATH, query=query)
        for query in ({}, {"orderNumber": [order]}, {"shipmentPackageIds": [f"{GOOD},{BAD}"]})
    ]
    lists.append(de_seller.call(get_stream, path=PATH))
    for answer in lists:
        shown = sorted(package["shipmentPackageId"] for package in answer.json["content"])
        named = answer.json.get("unreadablePackageIds", [])
        expected = ([GOOD, BAD], []) if kind in UNREAD_BY_LISTS else ([GOOD], [BAD])
        assert (answer.status, shown, named) == (200, *expected)
    (part,) = de_seller.call(get_timeline, path={**PATH, "orderNumber": order}).json["parts"]
    assert [each["shipmentPackageId"] for each in part["packages"]] == [GOOD]
    assert part["unreadablePackageIds"] == [BAD]


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_package_alone_is_named_too(table: Table, de_seller: Caller, kind: str) -> None:
    packages = [wire_package(BAD, "ALONE", {1: 3})]
    assert de_seller.call(import_orders, packages, path=PATH).status == 200
    damage(table, order_keys.package(SELLER, BAD), DAMAGE[kind])
    (part,) = de_seller.call(get_timeline, path={**PATH, "orderNumber": "ALONE"}).json["parts"]
    assert (part["packages"], part["unreadablePackageIds"]) == ([], [BAD])


@pytest.mark.usefixtures("token_secret")
@pytest.mark.parametrize("details", ["", "{", "[]", "null", '"text"'])
def test_a_package_whose_details_are_damaged_is_named_beside_those_that_can_be_shown(
    table: Table, de_seller: Caller, order: str, details: str
) -> None:
    del order
    state = read_state(table, SELLER, BAD)
    assert state is not None
    (first,) = state.package.lines
    for broken in (
        replace(state.package, details=Details(details)),
        replace(state.package, lines=(replace(first, details=Details(details)),)),
    ):
        damage(table, order_keys.package(SELLER, BAD), {"document": pack([broken])})
        for answer in (de_seller.call(get_shipment_packages, path=PATH), de_seller.call(get_stream, path=PATH)):
            shown = [package["shipmentPackageId"] for package in answer.json["content"]]
            assert (answer.status, shown, answer.json["unreadablePackageIds"]) == (200, [GOOD], [BAD])


def test_a_reservation_of_nothing_is_damaged_and_no_cancel_is_taken_for_done(
    table: Table, de_seller: Caller, order: str
) -> None:
    body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path={**PATH, "packageId": BAD}).status == 200
    item = table.get(order_keys.package(SELLER, BAD))
    assert item is not None
    ((cancellation, (_, *others)),) = item["waiting"].items()
    for units in ({}, {"1": 0}, {"1": -99}, {"1": 10**30}):
        damage(table, order_keys.package(SELLER, BAD), {"waiting": {cancellation: [units, *others]}})
        (part,) = de_seller.call(get_timeline, path={**PATH, "orderNumber": order}).json["parts"]
        assert part["unreadablePackageIds"] == [BAD]


def test_the_program_shows_a_damaged_package_by_its_id(table: Table, order: str) -> None:
    damage(table, order_keys.package(SELLER, BAD), {"document": b""})
    (part,) = order_command.whole_story(table, order, None)["parts"]
    labels = [str(branch.label) for branch in order_command.tree(order, part).children]
    assert any(f"{BAD} cannot be read" in label for label in labels), labels


def test_a_cancel_of_a_damaged_package_is_no_5xx(table: Table, de_seller: Caller, order: str) -> None:
    del order
    damage(table, order_keys.package(SELLER, BAD), {"document": b""})
    body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    answer = de_seller.call(cancel_package, body, path={**PATH, "packageId": BAD})
    assert answer.status < 500


# ------------------------------------------------------------------------------------------------- deliveries


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


def same_track(count: int) -> list[str]:
    """Orders on one track."""
    wanted = track_of(SELLER, "A", TRACKS)
    return [order for order in map(str, range(200)) if track_of(SELLER, order, TRACKS) == wanted][:count]


def waiting_key(table: Table, webhook_id: str, order: str) -> Key:
    (row,) = list_deliveries(table, OWNER, webhook_id, DeliveryQuery(order_number=order)).rows
    return webhook_keys.waiting(webhook_id, track_of(SELLER, order, TRACKS), place_of(row.delivery))


NO_DETAILS = pack([replace(package(line(1, 1)), details=Details("{"))])
# Of the event's item or the delivery's: what stands there instead.
UNSENDABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "a delivery": ("delivery", {"selection": 7}),
    "a delivery of nothing": ("delivery", {"count": 0}),
    "a delivery of more than there is": ("delivery", {"count": 99}),
    "a delivery of more than there can be": ("delivery", {"count": 10**30}),
    "a delivery that chose no message": ("delivery", {"selection": ""}),
    "a delivery that is done": ("delivery", {"progress": 1}),
    "a delivery that is more than done": ("delivery", {"progress": 99}),
    "an event": ("event", {"document": b""}),
    "an event's details": ("event", {"document": NO_DETAILS}),
}


@pytest.mark.parametrize("what", UNSENDABLE)
@pytest.mark.parametrize("failing", [False, True])
def test_what_cannot_be_read_holds_up_its_own_order_alone_and_goes_on_when_it_is_mended(
    table: Table, clock: FrozenClock, bell: DelayQueue, what: str, *, failing: bool
) -> None:
    made = webhook(table, clock())
    script = Script(status(503, retry_after=1)) if failing else Script()
    damaged, *others = same_track(3)
    for each in (damaged, *others):
        happen(table, bell, each, range(1, 2))
    key = waiting_key(table, made.subscription_id, damaged)
    kind, attributes = UNSENDABLE[what]
    if kind == "event":
        key = order_keys.event(SELLER, damaged, 1)
    before = table.get(key)
    assert before is not None
    damage(table, key, attributes)
    happen(table, bell, damaged, range(2, 3))
    drain = drainer(table, script, bell)
    bell.run(drain)
    script.answer = status(200)
    clock.move(seconds=10)
    bell.run(drain)
    assert {order: script.in_order(order) for order in (damaged, *others)} == {damaged: [], **{o: [1] for o in others}}
    damage(table, key, {name: before[name] for name in attributes})
    bell.run_until(drain, clock() + _MINUTES)
    assert script.in_order(damaged) == [1, 2]


def test_a_damaged_delivery_is_named_in_the_list(
    table: Table, clock: FrozenClock, bell: DelayQueue, de_seller: Caller, token_secret: Callable[[str], None]
) -> None:
    del token_secret
    made = webhook(table, clock())
    for order in ("A", "B", "C"):
        happen(table, bell, order, range(1, 2))
    damage(table, waiting_key(table, made.subscription_id, "B"), {"outcomes": 1})
    path = {**PATH, "webhookId": made.subscription_id}
    for query in ({}, {"state": ["waiting"]}, {"orderNumber": ["B"]}):
        answer = de_seller.call(list_deliveries_call, path=path, query=query)
        assert (answer.status, answer.json["unreadableDeliveries"]) == (200, ["B"])
        assert {each["orderNumber"] for each in answer.json["content"]} == (
            set() if "orderNumber" in query else {"A", "C"}
        )


def test_a_damaged_delivery_is_shown_by_itself_as_far_as_anything_is_known_of_it(
    table: Table, clock: FrozenClock, bell: DelayQueue, de_seller: Caller, let_happen: Callable[[], None]
) -> None:
    """With the attempts, of which one is damaged too. It cannot be sent again, and others of a replay are."""
    del let_happen  # it sets up the queue
    made, script = webhook(table, clock()), Script(status(422))
    for order in ("A", "B"):
        happen(table, bell, order, range(1, 2))
    bell.run(drainer(table, script, bell))
    path = {**PATH, "webhookId": made.subscription_id}
    ids = {each["orderNumber"]: each["id"] for each in de_seller.call(list_deliveries_call, path=path).json["content"]}
    key = waiting_key(table, made.subscription_id, "B")
    damage(table, key, {"progress": "x"})
    shown = de_seller.call(get_delivery, path={**path, "deliveryId": ids["B"]})
    at = int(clock().timestamp() * 1000)
    attempt = {"date": at, "status": 422, "error": None, "latencyMs": 1, "answer": ""}
    known = {"id": ids["B"], "sellerId": SELLER, "orderNumber": "B", "createdDate": at, "unreadable": True}
    assert (shown.status, shown.json) == (200, {**known, "attemptLog": [attempt]})
    damage(table, webhook_keys.attempt(made.subscription_id, key["sk"], 0, at), {"latency_ms": "x"})
    (lost,) = de_seller.call(get_delivery, path={**path, "deliveryId": ids["B"]}).json["attemptLog"]
    assert lost == {"date": at, "status": None, "error": "unreadable", "latencyMs": 0, "answer": ""}
    refused = de_seller.call(resend_delivery, path={**path, "deliveryId": ids["B"]})
    assert (refused.status, refused.json["errors"][0]["key"]) == (409, "stored.item.unreadable")
    assert "order B" in refused.json["errors"][0]["message"]
    clock.move(seconds=1)
    replayed = de_seller.call(replay_deliveries, {"since": 0}, path=path)
    assert (replayed.status, replayed.json["unreadableDeliveries"]) == (202, ["B"])
    script.answer = status(200)
    clock.move(seconds=10)
    bell.run(drainer(table, script, bell))
    assert (script.in_order("A"), script.in_order("B")) == ([1], [])


def test_deliveries_of_an_order_are_found_though_one_of_its_events_is_damaged(
    table: Table, clock: FrozenClock, bell: DelayQueue, de_seller: Caller, token_secret: Callable[[str], None]
) -> None:
    del token_secret
    made = webhook(table, clock())
    happen(table, bell, "A", range(1, 3))
    happen(table, bell, "B", range(1, 2))
    damage(table, order_keys.event(SELLER, "A", 1), {"told": "x"})
    path = {**PATH, "webhookId": made.subscription_id}
    answer = de_seller.call(list_deliveries_call, path=path, query={"orderNumber": ["A"]})
    assert (answer.status, [each["sequence"] for each in answer.json["content"]]) == (200, [1, 2])


def test_a_damaged_webhook_is_named_behind_the_others(table: Table, clock: FrozenClock, de_seller: Caller) -> None:
    first, second = webhook(table, clock()), webhook(table, clock())
    damage(table, webhook_keys.subscription(OWNER, first.subscription_id), {"url": 1})
    shown, lost = de_seller.call(list_webhooks, path=PATH).json
    assert (shown["id"], lost) == (second.subscription_id, {"id": first.subscription_id, "unreadable": True})
    path = {**PATH, "webhookId": first.subscription_id}
    for handler in (get_webhook, activate_webhook):
        answer = de_seller.call(handler, path=path)
        assert (answer.status, answer.json["errors"][0]["key"]) == (409, "stored.item.unreadable")
        assert f"webhook {first.subscription_id}" in answer.json["errors"][0]["message"]
    assert de_seller.call(delete_webhook, path=path).status == 200
    assert [each["id"] for each in de_seller.call(list_webhooks, path=PATH).json] == [second.subscription_id]


def test_what_of_a_timeline_is_damaged_is_named_in_it_and_its_pages_go_on(
    table: Table, clock: FrozenClock, bell: DelayQueue, de_seller: Caller, order: str
) -> None:
    """The first event, a webhook, and a delivery of the second event; the others are shown."""
    webhooks = [webhook(table, clock()) for _ in range(2)]
    for sequence in range(1, 4):
        happen(table, bell, order, range(sequence, sequence + 1))
    path = {**PATH, "orderNumber": order}
    (before,) = de_seller.call(get_timeline, path=path).json["parts"]
    places = sorted({each["date"] for each in before["timeline"] if each["type"] == "delivery"})
    damage(table, order_keys.event(SELLER, order, 1), {"at": "x"})
    damage(table, webhook_keys.subscription(OWNER, webhooks[0].subscription_id), {"url": 1})
    track, named = track_of(SELLER, order, TRACKS), webhooks[1].subscription_id
    damage(table, webhook_keys.waiting(named, track, webhook_keys.event_place(places[1], SELLER, order)), {"owner": 1})
    (part,) = de_seller.call(get_timeline, path=path).json["parts"]
    webhook_lost = f"webhook {webhooks[0].subscription_id}"
    delivery_lost = f"a delivery of the order to webhook {named}"
    assert sorted(part["unreadable"]) == sorted([f"event 1 of order {order}", webhook_lost, delivery_lost])
    shown = [(each["type"], each["sequence"]) for each in part["timeline"]]
    assert sorted(shown) == [("delivery", 3), ("event", 2), ("event", 3)]
    assert events_of_pages(de_seller, path) == (["1"], [2, 3])


def events_of_pages(caller: Caller, path: dict[str, object]) -> tuple[list[str], list[int]]:
    """Of the smallest pages: which events are named as damaged, and which are shown."""
    lost: dict[str, None] = {}
    shown: list[int] = []
    cursor: str | None = None
    for _ in range(10):
        page = caller.call(get_timeline, path=path, query={"size": ["1"], **({"cursor": [cursor]} if cursor else {})})
        for part in page.json["parts"]:
            lost |= {each.split()[1]: None for each in part.get("unreadable", ()) if each.startswith("event")}
            shown += [each["sequence"] for each in part["timeline"] if each["type"] == "event"]
        cursor = page.json["nextCursor"]
        if cursor is None:
            return list(lost), shown
    raise AssertionError("the pages do not end")


def test_a_cancellation_whose_package_is_damaged_is_shown_and_names_it(
    table: Table, de_seller: Caller, order: str
) -> None:
    del order
    body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    cancelled = de_seller.call(cancel_package, body, path={**PATH, "packageId": BAD})
    damage(table, order_keys.package(SELLER, BAD), {"document": b""})
    name = cancelled.headers["Cancellation-Id"]
    answer = de_seller.call(get_cancellation, path={**PATH, "cancellationId": name})
    assert (answer.status, answer.json["state"], answer.json["unreadablePackageIds"]) == (200, "accepted", [BAD])


def test_a_damaged_credential_lets_nobody_in_and_is_named_in_the_list(table: Table, clock: FrozenClock) -> None:
    for key in ("good", "ill"):
        store_credential(table, Credential(key, Role.SELLER, frozenset({SELLER})), "secret", clock())
    damage(table, credential_keys.credential("ill"), {"secrets": "x"})
    basic = {key: base64.b64encode(f"{key}:secret".encode()).decode() for key in ("good", "ill")}
    found = {key: authenticate(table, f"Basic {header}", clock()) for key, header in basic.items()}
    listed, lost = list_credentials(table)
    assert (found["ill"], [each.credential for each in listed], lost) == (None, [found["good"]], ["ill"])


def test_the_webhooks_of_a_seller_stay_while_a_damaged_credential_may_speak_for_it(
    table: Table, clock: FrozenClock
) -> None:
    for key in ("good", "ill"):
        store_credential(table, Credential(key, Role.SELLER, frozenset({SELLER})), "secret", clock())
    made = webhook(table, clock())
    damage(table, credential_keys.credential("ill"), {"sellers": "x"})
    assert revoke(table, "good") == []
    assert [each.subscription_id for each in read_owned(table, OWNER).subscriptions] == [made.subscription_id]


def test_a_damaged_circuit_is_forgotten_and_found_again_by_failures(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(status(503, retry_after=60))
    drain = drainer(table, script, bell)
    happen(table, bell, "A", range(1, 2))
    bell.run(drain)
    damage(table, webhook_keys.circuit(made.subscription_id), {"failures": "many"})
    bell.run_until(drain, clock() + timedelta(minutes=2))
    circuit = read_circuit(table, made.subscription_id)
    assert (circuit is not None, len(script.tried) > 1) == (True, True)
    script.answer = status(200)
    bell.run_until(drain, clock() + _MINUTES)
    assert script.in_order("A") == [1]
