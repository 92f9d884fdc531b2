"""One stored item cannot be read: everybody else's work goes on, lists show the others and name it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.domain.events import track_of
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.subscription import seller_owner
from cleave.store import keys
from cleave.store.circuits import read_circuit
from cleave.store.deliveries import place_of
from cleave.table.requests import Key, Update
from cleave.table.table import Table
from cleave_cli import order as order_command

from functions.cancel_package.app import handler as cancel_package
from functions.get_order_timeline.app import handler as get_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as get_stream
from functions.import_orders.app import handler as import_orders
from functions.list_deliveries.app import handler as list_deliveries_call
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
    damage(table, keys.package(SELLER, BAD), DAMAGE[kind])
    lists = [
        de_seller.call(get_shipment_packages, path=PATH, query=query)
        for query in ({}, {"orderNumber": [order]}, {"shipmentPackageIds": [f"{GOOD},{BAD}"]})
    ]
    lists.append(de_seller.call(get_stream, path=PATH))
    for answer in lists:
        shown = [package["shipmentPackageId"] for package in answer.json["content"]]
        assert (answer.status, shown, answer.json["unreadablePackageIds"]) == (200, [GOOD], [BAD])
    (part,) = de_seller.call(get_timeline, path={**PATH, "orderNumber": order}).json["parts"]
    assert [each["shipmentPackageId"] for each in part["packages"]] == [GOOD]
    assert part["unreadablePackageIds"] == [BAD]


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_package_alone_is_named_too(table: Table, de_seller: Caller, kind: str) -> None:
    packages = [wire_package(BAD, "ALONE", {1: 3})]
    assert de_seller.call(import_orders, packages, path=PATH).status == 200
    damage(table, keys.package(SELLER, BAD), DAMAGE[kind])
    (part,) = de_seller.call(get_timeline, path={**PATH, "orderNumber": "ALONE"}).json["parts"]
    assert (part["packages"], part["unreadablePackageIds"]) == ([], [BAD])


def test_the_program_shows_a_damaged_package_by_its_id(table: Table, order: str) -> None:
    damage(table, keys.package(SELLER, BAD), {"document": b""})
    (part,) = order_command.whole_story(table, order, None)["parts"]
    labels = [str(branch.label) for branch in order_command.tree(order, part).children]
    assert any(f"{BAD} cannot be read" in label for label in labels), labels


def test_a_cancel_of_a_damaged_package_is_no_5xx(table: Table, de_seller: Caller, order: str) -> None:
    del order
    damage(table, keys.package(SELLER, BAD), {"document": b""})
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
    return keys.waiting(webhook_id, track_of(SELLER, order, TRACKS), place_of(row.delivery))


@pytest.mark.parametrize("what", ["delivery", "event"])
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
    if what == "event":
        key = keys.event(SELLER, damaged, 1)
    before = table.get(key)
    assert before is not None
    damage(table, key, {"selection": 7} if what == "delivery" else {"document": b""})
    happen(table, bell, damaged, range(2, 3))
    drain = drainer(table, script, bell)
    bell.run(drain)
    script.answer = status(200)
    clock.move(seconds=10)
    bell.run(drain)
    assert {order: script.in_order(order) for order in (damaged, *others)} == {damaged: [], **{o: [1] for o in others}}
    damage(table, key, {name: before[name] for name in ("selection", "document") if name in before})
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


def test_a_damaged_circuit_is_forgotten_and_found_again_by_failures(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made = webhook(table, clock())
    script = Script(status(503, retry_after=60))
    drain = drainer(table, script, bell)
    happen(table, bell, "A", range(1, 2))
    bell.run(drain)
    damage(table, keys.circuit(made.subscription_id), {"failures": "many"})
    bell.run_until(drain, clock() + timedelta(minutes=2))
    circuit = read_circuit(table, made.subscription_id)
    assert (circuit is not None, len(script.tried) > 1) == (True, True)
    script.answer = status(200)
    bell.run_until(drain, clock() + _MINUTES)
    assert script.in_order("A") == [1]
