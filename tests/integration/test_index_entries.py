"""Whatever writes a package keeps its entries in the two indexes right: lists and walks find it where it is now."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.store import keys, order_keys
from cleave.store.availability import package_id_of
from cleave.store.packages import package_item, to_state
from cleave.table.attributes import Item, to_item
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.create_order.app import handler as create_order
from functions.legacy_update_tracking.app import handler as legacy_update_tracking
from functions.split_package.app import handler as split_package
from functions.update_package.app import handler as update_package
from functions.update_tracking.app import handler as update_tracking
from tests.integration.conftest import FrozenClock
from tests.integration.test_create_order import order
from tests.support.gateway import Caller, Handler
from tests.support.splits import apply_waiting

PATH = {"sellerId": 20811, "packageId": 3330811901}
PICKING = (update_package, {"status": "Picking"})
TRACKING = {"cargoSenderNumber": "123", "providerCode": "DHLMP"}
CANCEL = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}

# What a seller sends, how many packages are new or changed by it and by the stream, and how many milliseconds after it:
# two events of an order are never of the same one.
type Way = tuple[list[tuple[Handler, Any]], int, int]
WAYS: dict[str, Way] = {
    "a status": ([PICKING], 1, 0),
    "tracking details": ([PICKING, (update_tracking, TRACKING)], 1, 0),
    "a tracking number by the older path": ([PICKING, (legacy_update_tracking, {"trackingNumber": "123"})], 1, 0),
    "a cancel": ([(cancel_package, CANCEL)], 2, 0),
    "a cancel, and a status meanwhile": ([(cancel_package, CANCEL), PICKING], 2, 1),
    "an explicit split": ([(split_package, {"orderLineIds": [4765081102]})], 3, 0),
}


def places(table: Table) -> dict[int, Item]:
    """What the indexes know of each package; compared with what they should know."""
    items = [to_item(attributes) for attributes in table.client.scan(TableName=table.name)["Items"]]
    packages = {package_id_of(item): item for item in items if item["sk"] == order_keys.PACKAGE}
    for item in packages.values():
        assert _entry(item) == _entry(package_item(to_state(item).package))
    return {package_id: _entry(item) for package_id, item in packages.items()}


def _entry(item: Item) -> Item:
    return {name: item[name] for name in (keys.LISTING, keys.BY_MODIFIED, keys.BY_CREATED, "status")}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_seller_changes_a_package(
    load: Callable[[str], object],
    table: Table,
    de_seller: Caller,
    clock: FrozenClock,
    way: Way,
) -> None:
    requests, written, later = way
    load("sample-orders")
    before = places(table)
    for handler, body in requests:
        clock.move(minutes=1)
        assert de_seller.call(handler, body, path=PATH).status == 200
    apply_waiting(table)
    after = places(table)
    moved = [package_id for package_id, entry in after.items() if entry != before.get(package_id)]
    assert len(moved) == written
    at_ms = 1792314000000 + 60_000 * len(requests) + later
    assert {int(after[package_id][keys.BY_MODIFIED]) // keys.place(1, 0) for package_id in moved} == {at_ms}


def test_a_channel_creates_an_order(table: Table, channel: Caller) -> None:
    assert channel.call(create_order, order()).status == 200
    assert {entry[keys.LISTING] for entry in places(table).values()} == {"20811#TR", "20812#TR"}
