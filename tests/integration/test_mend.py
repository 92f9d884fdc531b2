"""`cleave mend`: a damaged item is put right from an earlier copy, and nothing that came since is lost."""

from typing import Any

import boto3
import pytest
from cleave.application.operate.erase_order import erase_order
from cleave.application.operate.mend_order import find_damage, mend_order
from cleave.domain.personal_data import ERASED
from cleave.store import order_keys, webhook_keys
from cleave.store.packages import read_state
from cleave.table.requests import Key, Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.aws import create_table
from tests.support.gateway import Caller
from tests.support.orders import wire_package
from tests.support.splits import apply_waiting
from tests.support.telling import DelayQueue, Script, drainer, happen, webhook

SELLER, PACKAGE, ORDER = 20811, 501, "ORDER"
PATH: dict[str, object] = {"sellerId": SELLER}


@pytest.fixture
def loaded(table: Table, de_seller: Caller) -> Caller:
    del table
    assert de_seller.call(import_orders, [wire_package(PACKAGE, ORDER, {1: 5})], path=PATH).status == 200
    return de_seller


def cancel(seller: Caller, key: str) -> int:
    body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    headers = {"Idempotency-Key": key}
    return seller.call(cancel_package, body, path={**PATH, "packageId": PACKAGE}, headers=headers).status


def copied(table: Table, name: str = "cleave-restored") -> Table:
    """As `cleave restore` makes it."""
    plain = boto3.client("dynamodb")  # hands binaries on as it got them
    create_table(plain, name)
    copy = Table(table.client, name)
    for item in plain.scan(TableName=table.name)["Items"]:
        plain.put_item(TableName=name, Item=item)
    return copy


def damage(table: Table, key: Key, **attributes: object) -> None:
    for name, value in attributes.items():
        table.update(Update(key, "SET #name = :value", "attribute_exists(pk)", {"value": value}, {"name": name}))


def test_what_can_be_read_is_left_alone(table: Table, loaded: Caller) -> None:
    assert cancel(loaded, "a") == 200
    copy = copied(table)
    assert cancel(loaded, "b") == 200
    apply_waiting(table)
    before = table.client.scan(TableName=table.name)["Items"]
    assert (find_damage(table, ORDER), mend_order(table, copy, ORDER)) == ([], [])
    assert table.client.scan(TableName=table.name)["Items"] == before


@pytest.mark.parametrize("attributes", [{"document": b""}, {"document": "text"}])
def test_of_a_package_what_is_damaged_is_put_back_and_what_was_accepted_since_stays(
    table: Table, loaded: Caller, attributes: dict[str, Any]
) -> None:
    assert cancel(loaded, "a") == 200
    copy = copied(table)
    assert cancel(loaded, "b") == 200
    key = order_keys.package(SELLER, PACKAGE)
    whole = table.get(key)
    damage(table, key, **attributes)
    (found,) = find_damage(table, ORDER)
    assert (found.item, found.attributes) == (f"PACKAGE#{SELLER}#{PACKAGE} PACKAGE", ())
    (mended,) = mend_order(table, copy, ORDER)
    assert (mended.attributes, table.get(key)) == ([*attributes], whole)
    apply_waiting(table)
    state = read_state(table, SELLER, PACKAGE)
    assert state is not None
    assert sum(line.quantity for line in state.package.lines if line.cancelled) == 2


@pytest.mark.parametrize("attributes", [{"document": b""}, {"waiting": "x"}, {"left": None}])
def test_a_copy_that_does_not_fit_what_happened_since_is_refused(
    table: Table, loaded: Caller, attributes: dict[str, Any]
) -> None:
    copy = copied(table)
    path, key = {**PATH, "packageId": PACKAGE}, order_keys.package(SELLER, PACKAGE)
    assert loaded.call(update_package, {"status": "Picking", "lines": [], "params": {}}, path=path).status == 200
    assert cancel(loaded, "since") == 200
    damage(table, key, **attributes)
    damaged = table.get(key)
    (mended,) = mend_order(table, copy, ORDER)
    assert (mended.attributes, table.get(key)) == ([], damaged)


def test_an_item_that_is_damaged_all_over_is_put_back_whole_if_nothing_changed_it_since(
    table: Table, loaded: Caller
) -> None:
    del loaded
    copy = copied(table)
    key = order_keys.package(SELLER, PACKAGE)
    damage(table, key, document=b"", left=None, waiting="x")
    (mended,) = mend_order(table, copy, ORDER)
    assert (mended.attributes, table.get(key)) == (["document", "left", "waiting"], copy.get(key))


def test_an_order_an_event_and_a_delivery_are_put_back_and_told(table: Table, clock: FrozenClock) -> None:
    made = webhook(table, clock())
    queue, script = DelayQueue(clock), Script()
    happen(table, queue, ORDER, range(1, 3))
    (track,) = {wake.track for wake in queue.wakes}
    assert track is not None
    _, second = table.page(webhook_keys.waiting_partition(made.subscription_id, track), 5)
    damaged: list[tuple[Key, dict[str, Any]]] = [
        (order_keys.order(SELLER, ORDER), {"sequence": "x"}),
        (order_keys.event(SELLER, ORDER, 1), {"document": b""}),
        ({"pk": second["pk"], "sk": second["sk"]}, {"count": None}),
    ]
    copy = copied(table)
    for key, attributes in damaged:
        damage(table, key, **attributes)
    queue.run(drainer(table, script, queue))
    assert script.told == []
    mended = {each.item: each.attributes for each in mend_order(table, copy, ORDER)}
    assert mended == {f"{key['pk']} {key['sk']}": [*attributes] for key, attributes in damaged}
    assert find_damage(table, ORDER) == []
    clock.move(minutes=10)
    queue.run(drainer(table, script, queue))
    assert script.in_order(ORDER) == [1, 2]


def test_what_was_erased_since_the_copy_stays_erased(table: Table, de_seller: Caller) -> None:
    packages = [wire_package(each, ORDER, {each: 1}) | {"customerFirstName": "Ada"} for each in (PACKAGE, 502)]
    assert de_seller.call(import_orders, packages, path=PATH).status == 200
    copy = copied(table)
    erase_order(table, ORDER)
    damage(table, order_keys.package(SELLER, PACKAGE), document=b"")
    (mended,) = mend_order(table, copy, ORDER)
    assert mended.attributes == ["document"]
    state = read_state(table, SELLER, PACKAGE)
    assert state is not None
    assert state.package.details["customerFirstName"] == ERASED
