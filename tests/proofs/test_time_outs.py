"""After any time-out the caller can repeat the request, and gets the truth."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import read_story
from tests.support.world import World

ORDER = "O"
REQUESTS: dict[str, Callable[[Shop], Answer]] = {
    "import": lambda shop: shop.load([wire_package(72, ORDER, {1: 5})]),
    "cancel": lambda shop: shop.cancel(71, {1: 1}, "key"),
    "cancel item": lambda shop: shop.cancel_item(ORDER, f"{ORDER}_1", 1, 9),
    "change status": lambda shop: shop.notify(71, "Picking"),
    "split": lambda shop: shop.split(71, [{1: 1}]),
}


def without_ids(answer: Any) -> Any:  # noqa: ANN401 - an answer's JSON
    """What sellers' answers have in common: ids of new packages are made of the seller's."""
    ids = (answer or {}).get("newPackageIds")
    return answer if ids is None else {**answer, "newPackageIds": len(ids)}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("how", ["kill_before", "lose_answer_of"])
def test_a_request_whose_answer_was_lost_is_answered_truly_when_it_is_repeated(
    world: World, name: str, how: str
) -> None:
    request = REQUESTS[name]
    untouched = Shop(world, 500)
    untouched.load([wire_package(71, ORDER, {1: 5})])
    expected = request(untouched)
    assert expected.status == 200
    for call in range(1, world.breaker.last_calls + 1):
        shop = Shop(world, 500 + call)
        shop.load([wire_package(71, ORDER, {1: 5})])
        world.breaker.arm(**{how: call})
        assert request(shop).status >= 500
        again = request(shop)
        later = request(shop)
        assert {again.status, later.status} == {200}
        if name != "import":  # it tells what was new to it
            assert again.json == later.json
            assert without_ids(again.json) == without_ids(expected.json)
        story = read_story(world.table, shop.seller_id, ORDER)
        assert len(story.cancellations) == int(name.startswith("cancel"))
        assert len(story.events) == int(name == "change status")
