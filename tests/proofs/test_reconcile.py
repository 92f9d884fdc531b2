"""With the stream switched off, the scheduled function alone brings the same end."""

from typing import Any

from cleave.store import order_keys

from functions.reconcile.app import handler as reconcile
from tests.support.orders import Shop, wire_package
from tests.support.stories import check_settled, ending, names, read_story, recorded_units
from tests.support.world import World

ORDER = "O"
ORDERED = {1: 5, 2: 3, 3: 2}
STEPS, STEP_SECONDS, STEPS_BETWEEN = 30, 121, 3


def one_hour(world: World, shop: Shop, *, with_stream: bool) -> dict[str, Any]:
    """Something happens every six minutes; schedules run every second one. Then a day in which nothing does."""
    assert shop.subscribe().status == 200
    told = len(world.receiver.requests)
    assert shop.load([wire_package(71, ORDER, {1: 5, 2: 3}), wire_package(72, ORDER, {3: 2})]).status == 200
    for step in range(STEPS):
        if not step % STEPS_BETWEEN:
            happen(shop, step // STEPS_BETWEEN)
        if with_stream:
            world.split_and_tell()
        world.deliver()
        world.clock.step(STEP_SECONDS)
        world.run_schedules()
    world.settle(24, with_stream=with_stream)
    story = read_story(world.table, shop.seller_id, ORDER)
    check_settled(story, recorded_units(story, ORDERED))
    known = names(story)
    pages = [page["content"][0] for page in world.told(told)]
    return {**ending(story), "told": [(known[page["shipmentPackageId"]], page["status"]) for page in pages]}


def happen(shop: Shop, number: int) -> None:
    """Whatever callers do, to the package that holds the units by then."""
    story = read_story(shop.world.table, shop.seller_id, ORDER)
    holder = {line.line_id: each for each in story.live for line in story.packages[each].package.lines}
    match number:
        case 0 | 3:
            answer = shop.cancel(holder[1], {1: 1}, f"key-{number}", keep=True)
        case 1:
            answer = shop.notify(holder[1], "Picking")
        case 2 | 4:
            answer = shop.cancel_item(ORDER, f"{ORDER}_2", 1, number)
        case 5:
            answer = shop.split(holder[3], [{3: 1}])
        case _:
            if number > 6:
                return
            answer = shop.cancel_item(ORDER, f"{ORDER}_3", 1, number)
    assert answer.status == 200, answer


def test_an_hour_without_the_stream_ends_like_one_with_it(world: World) -> None:
    with_stream = one_hour(world, Shop(world, 501), with_stream=True)
    world.flow()
    without = one_hour(world, Shop(world, 502), with_stream=False)
    assert with_stream == without
    assert len(with_stream["told"]) == len(with_stream["events"]) > 8


def test_what_is_younger_than_a_minute_is_left_to_the_stream(world: World) -> None:
    shop = Shop(world, 501)
    shop.load([wire_package(71, ORDER, {1: 5})])
    shop.cancel(71, {1: 1}, "key")
    shop.notify(71, "Picking")
    world.clock.step(59)
    assert reconcile({}, None) == {"done": 0, "failed": 0, "woken": 0}
    world.clock.step(1)
    assert reconcile({}, None) == {"done": 2, "failed": 0, "woken": 0}  # the package, and the event of its status
    world.clock.step(60)
    assert reconcile({}, None) == {"done": 0, "failed": 0, "woken": 0}


def test_what_fails_is_counted_and_holds_back_nobody(world: World) -> None:
    for seller_id in (501, 502):
        shop = Shop(world, seller_id)
        shop.load([wire_package(71, ORDER + str(seller_id), {1: 5})])
        shop.cancel(71, {1: 1}, "key")
    ill = order_keys.package(501, 71)["pk"]

    def broken(request: dict[str, Any]) -> None:
        if ill in repr(request.get("TransactItems")):
            raise ZeroDivisionError

    world.clock.step(61)
    world.breaker.interfere = broken
    assert reconcile({}, None) == {"done": 1, "failed": 1, "woken": 0}
    world.breaker.interfere = None
    assert reconcile({}, None) == {"done": 1, "failed": 0, "woken": 0}
