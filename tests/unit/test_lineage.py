"""The packages of an order as a tree, told as a list."""

from dataclasses import replace
from datetime import timedelta

from cleave.domain.lineage import lineage
from cleave.domain.package import Package
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, line, package


def born(package_id: int, parent_id: int | None, minute: int = 0) -> Package:
    made = package(line(1, 1), package_id=package_id)
    return replace(made, parent_id=parent_id, created_at=START + timedelta(minutes=minute))


def told(*packages: Package) -> list[tuple[int, int]]:
    return [(each.package.package_id, each.depth) for each in lineage(packages)]


def test_a_package_stands_right_before_those_that_came_of_it_and_the_oldest_comes_first() -> None:
    found = told(born(5, 2, 3), born(1, None, 1), born(4, 1, 2), born(2, None, 0), born(3, 1, 2))
    assert found == [(2, 0), (5, 1), (1, 0), (3, 1), (4, 1)]


def test_one_whose_parent_is_on_another_page_stands_at_the_top() -> None:
    assert told(born(9, 8), born(10, 9, 1)) == [(9, 0), (10, 1)]


def test_a_chain_may_be_as_long_as_it_likes() -> None:
    chain = [born(number, number - 1 or None, number) for number in range(1, 3001)]
    assert told(*chain) == [(number, number - 1) for number in range(1, 3001)]


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_package_stands_there_once_behind_its_parent(parents: list[int]) -> None:
    packages = [born(number, parent % number or None, number) for number, parent in enumerate(parents, start=1)]
    places = {each.package.package_id: (place, each.depth) for place, each in enumerate(lineage(packages))}
    assert sorted(places) == [each.package_id for each in packages]
    for each in packages:
        if each.parent_id is not None:
            place, depth = places[each.package_id]
            parents_place, parents_depth = places[each.parent_id]
            assert (place > parents_place, depth) == (True, parents_depth + 1)
