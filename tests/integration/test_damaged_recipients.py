"""A seller's list of who is told is damaged: nobody's event is lost or late, and the list is made anew."""

from collections.abc import Callable
from typing import Any

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.application.subscribe.activation import deactivate
from cleave.application.subscribe.webhooks import remove_webhook, subscribe
from cleave.clock import to_ms
from cleave.domain.subscription import Subscription, channel_owner, seller_owner
from cleave.store import webhook_keys
from cleave.store.events import read_events
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import to_subscription
from cleave.table.attributes import Item
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.orders import wire_package
from tests.support.splits import apply_waiting
from tests.support.telling import SELLER, channels_wish, seal, webhook

PATH: dict[str, object] = {"sellerId": SELLER}
OWNER, CHANNEL = seller_owner(SELLER), channel_owner("market")
LIST = webhook_keys.recipients(SELLER)
ENTRY: dict[str, Any] = {
    "owner": OWNER, "dialect": "trendyol", "statuses": [], "wanted": True, "tracks": 8,
}  # fmt: skip
DAMAGED_ENTRIES: dict[str, object] = {
    "a text": "damaged",
    "null": None,
    "a number": 1,
    "a list": ["damaged"],
    "nothing in it": {},
    "a text for statuses": {**ENTRY, "statuses": "Created"},
    "a text for countries": {**ENTRY, "countries": "damaged"},
    "a text for yes": {**ENTRY, "wanted": "yes"},
    "no tracks": {**ENTRY, "tracks": -99},
    "more tracks than a webhook has": {**ENTRY, "tracks": 17},
    "nobody's": {**ENTRY, "owner": "damaged"},
    "another dialect": {**ENTRY, "dialect": "damaged"},
    "unknown events": {**ENTRY, "events": ["damaged"]},
}
DAMAGED_FORMATS = {"a text": "damaged", "null": None, "another number": -99, "a later one": 99}


def put(table: Table, name: str, value: object) -> None:
    table.update(Update(LIST, "SET #name = :value", "attribute_exists(pk)", {"value": value}, {"name": name}))


@pytest.fixture
def split(table: Table, de_seller: Caller) -> Callable[[int], None]:
    """Cancels a unit of a package of its own, and applies that."""

    def happen(package_id: int) -> None:
        imported = de_seller.call(import_orders, [wire_package(package_id, f"O{package_id}", {1: 3})], path=PATH)
        assert imported.status == 200
        body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
        assert de_seller.call(cancel_package, body, path={**PATH, "packageId": package_id}).status == 200
        apply_waiting(table)

    return happen


@pytest.fixture
def hooks(table: Table, clock: FrozenClock) -> dict[str, str]:
    """The owners of webhooks: two of the seller's own, and a channel's."""
    own = [webhook(table, clock()).subscription_id for _ in range(2)]
    return {
        **dict.fromkeys(own, OWNER),
        subscribe(table, seal, channels_wish(clock(), "market")).subscription_id: CHANNEL,
    }


def waiting(table: Table, hooks: dict[str, str], package_id: int) -> dict[str, int]:
    """How many messages of its order wait for each."""
    query = DeliveryQuery(order_number=f"O{package_id}")
    return {hook: len(list_deliveries(table, owner, hook, query).rows) for hook, owner in hooks.items()}


@pytest.mark.parametrize("place", [0, 2])
def test_all_are_told_though_one_entry_is_damaged_and_it_is_written_anew(
    table: Table, split: Callable[[int], None], hooks: dict[str, str], place: int, caplog: pytest.LogCaptureFixture
) -> None:
    split(1)
    before, known = waiting(table, hooks, 1), read_recipients(table, SELLER)
    assert list(before.values()) == [2, 2, 1]
    for package_id, (kind, damage) in enumerate(DAMAGED_ENTRIES.items(), start=2):
        put(table, [*hooks][place], damage)
        split(package_id)
        assert (waiting(table, hooks, package_id), read_recipients(table, SELLER)) == (before, known), kind
    said = [vars(each)["subscriptions"] for each in caplog.records if each.message == "recipients.damaged"]
    assert said == [[[*hooks][place]]] * len(DAMAGED_ENTRIES)


def test_a_request_that_makes_an_event_itself_tells_all_and_writes_the_list_anew(
    table: Table, de_seller: Caller, hooks: dict[str, str], clock: FrozenClock
) -> None:
    """A seller may have no splits that would do it."""
    known = read_recipients(table, SELLER)
    first = wire_package(1, "O1", {1: 3})
    assert de_seller.call(import_orders, [first], path=PATH).status == 200
    one, other, _ = hooks
    put(table, one, "damaged")
    body = {"lines": [], "params": {}, "status": "Picking"}
    assert de_seller.call(update_package, body, path={**PATH, "packageId": 1}).status == 200
    assert read_recipients(table, SELLER) == known
    put(table, other, None)
    later = {**first, "status": "Shipped", "lastModifiedDate": to_ms(clock()) + 1000}
    assert de_seller.call(import_orders, [later], path=PATH).status == 200
    assert read_recipients(table, SELLER) == known
    assert [each.told.keys() for each in read_events(table, SELLER, "O1", 1, 2)] == [{one, other}] * 2


@pytest.mark.parametrize("kind", DAMAGED_FORMATS)
def test_all_are_told_though_the_list_does_not_say_how_it_is_to_be_read(
    table: Table, split: Callable[[int], None], hooks: dict[str, str], kind: str
) -> None:
    """What a later version wrote stays as that left it."""
    split(1)
    before, known = waiting(table, hooks, 1), read_recipients(table, SELLER)
    put(table, "format", DAMAGED_FORMATS[kind])
    written = table.get(LIST)
    split(2)
    assert waiting(table, hooks, 2) == before
    if kind == "a later one":
        assert table.get(LIST) == written
    else:
        assert read_recipients(table, SELLER) == known


def test_where_a_webhook_cannot_say_it_either_nothing_is_split_until_its_owner_turns_it_off(
    table: Table, split: Callable[[int], None], hooks: dict[str, str], clock: FrozenClock
) -> None:
    first = next(iter(hooks))
    put(table, first, "damaged")
    table.update(
        Update(webhook_keys.subscription(OWNER, first), "SET statuses = :no", "attribute_exists(pk)", {"no": "damaged"})
    )
    with pytest.raises(AssertionError):
        split(1)
    deactivate(table, OWNER, first, clock())
    apply_waiting(table)
    others = {hook: owner for hook, owner in hooks.items() if hook != first}
    assert list(waiting(table, others, 1).values()) == [2, 1]


def test_a_webhook_that_was_deleted_is_not_told_because_an_entry_stayed(
    table: Table, split: Callable[[int], None], hooks: dict[str, str]
) -> None:
    first, *others = hooks
    remove_webhook(table, OWNER, first)
    put(table, first, "damaged")
    split(1)
    assert list(waiting(table, {hook: hooks[hook] for hook in others}, 1).values()) == [2, 1]


def test_what_its_owner_wants_meanwhile_is_not_overwritten(
    table: Table,
    split: Callable[[int], None],
    hooks: dict[str, str],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = next(iter(hooks))
    put(table, first, "damaged")

    def and_then_turned_off(item: Item) -> Subscription:
        found = to_subscription(item)
        deactivate(table, OWNER, first, clock())
        return found

    monkeypatch.setattr("cleave.store.audience.to_subscription", and_then_turned_off)
    split(1)
    assert [each.is_wanted for each in read_recipients(table, SELLER) if each.subscription_id == first] == [False]
