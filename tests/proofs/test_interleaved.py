"""What comes between the read and the write of something else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import check_promises, check_settled, read_story, recorded_units
from tests.support.world import World

ORDER = "O"


def just_before_the_split_is_written(world: World, happen: Callable[[], Answer]) -> list[Answer]:
    """Have something happen once, when the stream function has read and is about to write."""
    answers: list[Answer] = []

    def interfere(request: dict[str, Any]) -> None:
        if any("EVENT#" in repr(item) for item in request.get("TransactItems", [])):
            world.breaker.interfere = None
            answers.append(happen())

    world.breaker.interfere = interfere
    return answers


@pytest.fixture
def shop(world: World) -> Shop:
    shop = Shop(world, 501)
    shop.load([wire_package(71, ORDER, {1: 5})])
    assert shop.cancel(71, {1: 1}, "first", keep=True).status == 200
    return shop


def test_a_cancel_that_comes_while_a_split_is_written_is_not_lost(world: World, shop: Shop) -> None:
    answers = just_before_the_split_is_written(world, lambda: shop.cancel(71, {1: 2}, "second"))
    world.split_and_tell()
    assert [answer.status for answer in answers] == [200]
    story = read_story(world.table, 501, ORDER)
    units = recorded_units(story, {1: 5})
    assert units.taken == {1: 3}
    check_settled(story, units)


def test_a_status_that_comes_while_a_split_is_written_is_the_new_packages_too(world: World, shop: Shop) -> None:
    answers = just_before_the_split_is_written(world, lambda: shop.notify(71, "Picking"))
    world.split_and_tell()
    assert [answer.status for answer in answers] == [200]
    story = read_story(world.table, 501, ORDER)
    assert [event.status for event in story.events] == ["Picking", "Cancelled", "Picking"]


def test_a_package_that_comes_in_while_a_split_is_written_is_known_to_the_order(world: World, shop: Shop) -> None:
    answers = just_before_the_split_is_written(world, lambda: shop.load([wire_package(72, ORDER, {2: 1})]))
    world.split_and_tell()
    assert [answer.status for answer in answers] == [200]
    story = read_story(world.table, 501, ORDER)
    check_settled(story, recorded_units(story, {1: 5, 2: 1}))


def test_a_split_that_comes_while_a_status_is_written_wins(world: World, shop: Shop) -> None:
    world.flow()

    def interfere(request: dict[str, Any]) -> None:
        if "TransactItems" in request:
            world.breaker.interfere = None
            world.stream.drain()

    world.breaker.interfere = interfere
    answer = shop.notify(71, "Picking")
    assert (answer.status, answer.json["errors"][0]["key"]) == (409, "shipment.package.replaced")
    story = read_story(world.table, 501, ORDER)
    check_promises(story, recorded_units(story, {1: 5}))
    assert [event.status for event in story.events] == ["Cancelled", "Created"]
