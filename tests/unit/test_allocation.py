"""From which packages the units of an item are taken."""

from datetime import timedelta

from cleave.domain.order import LiveLine, LivePackage, allocate

from tests.unit.builders import START

ITEM = "ORDER_SKU"


def live(package_id: int, *quantities: int, hour: int = 0, item: str = ITEM) -> LivePackage:
    lines = tuple(LiveLine(number, item, quantity) for number, quantity in enumerate(quantities, start=1))
    return LivePackage(package_id, START + timedelta(hours=hour), package_id, lines)


def test_prefers_the_oldest_package() -> None:
    newer, older = live(1, 5, hour=2), live(2, 5, hour=1)
    assert allocate(ITEM, 3, [newer, older], left={}) == {2: {1: 3}}


def test_prefers_the_lower_id_among_packages_of_one_moment() -> None:
    assert allocate(ITEM, 1, [live(9, 5), live(8, 5)], left={}) == {8: {1: 1}}


def test_goes_on_to_the_next_line_and_the_next_package() -> None:
    assert allocate(ITEM, 5, [live(1, 2, 1), live(2, 4, hour=1)], left={}) == {1: {1: 2, 2: 1}, 2: {1: 2}}


def test_takes_only_the_item_asked_for() -> None:
    assert allocate(ITEM, 1, [live(1, 5, item="ORDER_OTHER"), live(2, 1, hour=1)], left={}) == {2: {1: 1}}


def test_takes_no_more_than_is_known_to_be_left() -> None:
    assert allocate(ITEM, 3, [live(1, 3), live(2, 3, hour=1)], left={1: {1: 1}}) == {1: {1: 1}, 2: {1: 2}}


def test_gives_nothing_rather_than_a_part() -> None:
    assert allocate(ITEM, 4, [live(1, 3)], left={}) is None
