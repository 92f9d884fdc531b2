"""Personal data of an order is gone once it was erased: whatever else goes on, and wherever erasing was broken off."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.application.operate.erase_order import Erased, erase_order
from cleave.domain.personal_data import MARK
from cleave.store import order_keys
from cleave.store.documents import unpack
from cleave.table.attributes import Item, to_item
from cleave.table.requests import Put
from cleave.table.table import Table
from cleave_cli.receiver import Answer

from tests.support.breaker import BreakableClient, Breaker, Killed
from tests.support.orders import Shop, wire_package
from tests.support.stories import check_settled, read_story, recorded_units
from tests.support.world import World

FIRST, SECOND = 71, 72
LATER_MS = 1_893_456_000_000
SECRETS = ("Ada", "Lovelace", "ada@example.org", "+4930555", "4812345678", "Unter den Linden")


def personal(package: dict[str, Any]) -> dict[str, Any]:
    """The package of a person."""
    person = {"firstName": "Ada", "lastName": "Lovelace", "phone": "+4930555"}
    package["lines"][0]["giftMessage"] = "For Ada"
    return package | {
        "customerFirstName": "Ada",
        "customerEmail": "ada@example.org",
        "taxNumber": 4812345678,
        "shipmentAddress": {**person, "address1": "Unter den Linden 1", "unknown": ["Ada"]},
        "invoice_address": {**person, "nested": {"fullAddress": "Unter den Linden 1"}},
    }


def buyer(world: World, seller_id: int) -> Shop:
    """A seller with an order of a person, of which units of one package wait to be cancelled."""
    shop = Shop(world, seller_id)
    wanted = {FIRST: {1: 3, 2: 1}, SECOND: {3: 2}}
    packages = [personal(wire_package(package_id, number(shop), lines)) for package_id, lines in wanted.items()]
    assert shop.load(packages).status == 200
    assert shop.cancel(FIRST, {1: 1}, "key").status == 200
    return shop


def number(shop: Shop) -> str:
    return f"O{shop.seller_id}"


def items(world: World) -> list[Item]:
    pages = world.table.client.get_paginator("scan").paginate(TableName=world.table.name)
    return [to_item(each) for page in pages for each in page["Items"]]


def texts(world: World, shop: Shop) -> list[str]:
    """Everything that is kept of the seller, documents opened."""
    opened = []
    for item in items(world):
        if "document" in item:
            packages = unpack(bytes(item.pop("document")))
            item["packages"] = [[dict(each.details), [dict(line.details) for line in each.lines]] for each in packages]
        opened.append(json.dumps(item, default=str))
    return [text for text in opened if str(shop.seller_id) in text]


def without_documents(world: World) -> dict[tuple[str, str], Item]:
    """All that there is, but for what erasing may change."""
    changed = {"document": b"", "version": 0, "excerpt": ""}
    return {(each["pk"], each["sk"]): {**each, **changed} for each in items(world)}


def leaks(world: World, shop: Shop) -> list[str]:
    return [text for text in texts(world, shop) if any(secret in text for secret in SECRETS)]


def behind(world: World, breaker: Breaker) -> Table:
    """The table as the one who erases calls it."""
    return Table(BreakableClient(world.table.client, breaker), world.table.name)  # type: ignore[arg-type]


def check_story(world: World, shop: Shop) -> None:
    """All units and events are there."""
    story = read_story(world.table, shop.seller_id, number(shop))
    check_settled(story, recorded_units(story, {1: 3, 2: 1, 3: 2}))


def test_an_order_is_erased_in_packages_events_and_answers_and_keeps_its_story(world: World) -> None:
    world.receiver.respond = lambda request: Answer(500, body=request.body[:200])
    shop, another = buyer(world, 601), buyer(world, 602)
    assert shop.subscribe().status == 200
    assert shop.notify(SECOND, "Picking").status == 200
    world.split_and_tell()
    world.deliver()
    assert len(leaks(world, shop)) >= 5
    before = without_documents(world)
    erased = erase_order(world.table, number(shop))
    assert leaks(world, shop) == []
    assert len(leaks(world, another)) >= 3
    assert (erased.packages, erased.events, erased.unreadable) == (3, 2, set())
    assert erased.answers >= 1
    assert without_documents(world) == before
    assert sum(MARK in text for text in texts(world, shop)) == 5
    check_story(world, shop)
    assert erase_order(world.table, number(shop)) == Erased(found=5)


def test_what_is_told_and_split_afterwards_brings_nothing_back(world: World) -> None:
    shop = buyer(world, 603)
    assert shop.subscribe().status == 200
    erase_order(world.table, number(shop))
    world.split_and_tell()
    assert shop.cancel(SECOND, {3: 1}, "another").status == 200
    world.settle(1)
    assert leaks(world, shop) == []
    told = world.told()
    assert told
    assert [each for each in told if any(secret in json.dumps(each) for secret in SECRETS)] == []
    assert all(each["content"][0][MARK] is True for each in told)
    check_story(world, shop)


def test_a_later_export_of_an_erased_package_brings_nothing_back(world: World) -> None:
    shop = buyer(world, 606)
    erase_order(world.table, number(shop))
    later = personal(wire_package(SECOND, number(shop), {3: 2})) | {"status": "Shipped", "lastModifiedDate": LATER_MS}
    later["shipmentAddress"]["another"] = "Ada"
    later["customerPhone"] = "+4930555"
    assert shop.load([later]).status == 200
    world.settle(1)
    assert leaks(world, shop) == []
    assert any('"Shipped"' in text for text in texts(world, shop))
    assert shop.load([later]).json == {"imported": [], "unchanged": [SECOND]}


def test_what_cannot_be_read_is_named_and_holds_nothing_else_back(world: World) -> None:
    shop = buyer(world, 607)
    world.split_and_tell()
    table, order = world.table, number(shop)
    for key, name in ((order_keys.package(607, SECOND), "document"), (order_keys.order(607, order), "live")):
        item = table.get(key)
        assert item is not None
        table.put(Put({**item, name: b"damaged"}))
    erased = erase_order(table, order)
    assert (erased.packages, erased.events) == (2, 1)
    assert erased.unreadable == {f"PACKAGE#607#{SECOND} PACKAGE"}


def at_each(breaker: Breaker, wanted: str, do: Callable[[], object]) -> None:
    """Something that happens before every request that says so, but not within itself."""
    running = False

    def interfere(request: dict[str, Any]) -> None:
        nonlocal running
        if not running and wanted in json.dumps(request, default=str):
            running = True
            do()
            running = False

    breaker.interfere = interfere


@pytest.mark.parametrize("wanted", ["SET document", "KeyConditionExpression", "ConsistentRead"])
def test_a_split_while_an_order_is_erased_brings_nothing_back(world: World, wanted: str) -> None:
    """Before each read and each write of who erases, somebody cancels, and the stream splits."""
    shop, breaker = buyer(world, 604), Breaker()
    at_each(breaker, wanted, lambda: cancel_and_split(world, shop))
    erase_order(behind(world, breaker), number(shop))
    world.split_and_tell()
    assert leaks(world, shop) == []
    check_story(world, shop)


def cancel_and_split(world: World, shop: Shop) -> None:
    """As often as there are units."""
    shop.cancel_item(number(shop), f"{number(shop)}_3", 1, len(world.breaker.written) + 1)
    world.split_and_tell()


def test_a_package_of_which_its_seller_says_something_meanwhile_is_erased_still(world: World) -> None:
    shop, breaker = Shop(world, 608), Breaker()
    assert shop.load([personal(wire_package(FIRST, number(shop), {1: 3}))]).status == 200
    assert shop.notify(FIRST, "Picking").status == 200
    numbers = ["S1", "S2"]

    def say() -> None:
        if numbers:
            assert shop.feed_tracking(FIRST, numbers.pop()).status == 200

    at_each(breaker, "version = :next", say)
    erase_order(behind(world, breaker), number(shop))
    assert (numbers, leaks(world, shop)) == ([], [])


def test_an_order_that_is_erased_while_it_is_split_stays_erased(world: World) -> None:
    """Between the split's read, of packages as they came in, and its write."""
    shop = buyer(world, 605)
    at_each(world.breaker, "TransactItems", lambda: erase_order(world.table, number(shop)))
    world.split_and_tell()
    world.breaker.interfere = None
    world.settle(1)
    assert leaks(world, shop) == []
    check_story(world, shop)


def test_erasing_that_was_killed_anywhere_is_finished_by_the_next(world: World) -> None:
    for call in range(1, 100):
        shop, breaker = buyer(world, 700 + call), Breaker()
        world.split_and_tell()
        breaker.arm(kill_before=call)
        try:
            erase_order(behind(world, breaker), number(shop))
        except Killed:
            breaker.arm()
            erase_order(behind(world, breaker), number(shop))
            assert leaks(world, shop) == [], call
            check_story(world, shop)
        else:
            assert leaks(world, shop) == []
            assert call > 8
            return
    raise AssertionError("it never ends")
