"""A seller's own split: every unit in exactly one of the new packages."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from cleave.domain.package import CreatedBy, Line, Package
from cleave.domain.partition import partition, plan_groups
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.domain.split import Name
from cleave.domain.status import CANCELLABLE, Status
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.builders import START, availability, line, package, split_request, unit
from tests.unit.strategies import packages, parts_of, pieces, quantities

AT = START + timedelta(hours=1)
ONE_LINE = package(line(1, 3))
TWO_LINES = package(line(1, 3), line(2, 1))


def names(count: int) -> tuple[Name, ...]:
    return tuple(Name(200 + place, 8_000_000_000_000_000 + place) for place in range(count))


def planned(*groups: Mapping[int, int], keep: bool = False) -> PlannedSplit:
    return PlannedSplit("f", groups, tuple(range(200, 200 + len(groups))), len(groups), keep)


def plan(of: Package, *groups: Mapping[int, int | None], waiting: int = 0) -> tuple[Mapping[int, int], ...]:
    return plan_groups(of, availability(of, waiting=waiting), split_request(*groups))


def refusal(of: Package, *groups: Mapping[int, int | None], waiting: int = 0) -> tuple[RefusalCode, str | Place | None]:
    with pytest.raises(Refusal) as refused:
        plan(of, *groups, waiting=waiting)
    return refused.value.code, refused.value.field


def test_what_is_not_named_goes_into_a_package_of_its_own() -> None:
    assert plan(TWO_LINES, {1: 2}) == ({1: 2}, {1: 1, 2: 1})


def test_a_line_without_a_quantity_goes_whole() -> None:
    assert plan(TWO_LINES, {1: None}) == ({1: 3}, {2: 1})


def test_groups_that_name_everything_leave_no_rest() -> None:
    assert plan(ONE_LINE, {1: 2}, {1: 1}) == ({1: 2}, {1: 1})


def test_one_group_of_everything_is_no_split() -> None:
    assert refusal(TWO_LINES, {1: None, 2: 1}) == (RefusalCode.BODY_INVALID, None)


def test_a_line_of_which_nothing_is_left_cannot_go_whole() -> None:
    gone = replace(TWO_LINES, lines=(TWO_LINES.lines[0], replace(TWO_LINES.lines[1], status=Status.RETURNED)))
    assert refusal(gone, {2: None}) == (RefusalCode.QUANTITY_EXCEEDS_LEFT, "groups.0.2")


def test_where_units_must_be_left_not_every_one_is_named() -> None:
    asked = replace(split_request({1: None}, {2: None}), leaves_units="groups")
    with pytest.raises(Refusal) as refused:
        plan_groups(TWO_LINES, availability(TWO_LINES), asked)
    assert (refused.value.code, refused.value.field) == (RefusalCode.BODY_INVALID, "groups")
    asked = replace(split_request({1: None}), leaves_units="groups")
    assert plan_groups(TWO_LINES, availability(TWO_LINES), asked) == ({1: 3}, {2: 1})


def test_more_units_than_there_are_over_all_groups_are_refused_where_they_run_out() -> None:
    assert refusal(ONE_LINE, {1: 2}, {1: 2}) == (RefusalCode.QUANTITY_EXCEEDS_LEFT, "groups.1.1")


def test_a_line_that_is_not_there_is_named() -> None:
    assert refusal(ONE_LINE, {2: None}) == (RefusalCode.LINE_NOT_FOUND, "groups.0.2")


def test_a_package_is_cancelled_from_or_split_and_never_both() -> None:
    assert refusal(ONE_LINE, {1: 1}, waiting=1) == (RefusalCode.PACKAGE_WAITING, None)


@pytest.mark.parametrize("status", sorted(set(Status) - CANCELLABLE))
def test_a_package_that_the_carrier_has_cannot_be_split(status: Status) -> None:
    assert refusal(package(line(1, 3), status=status), {1: 1}) == (RefusalCode.PACKAGE_STATUS, None)


def test_the_first_group_gets_the_first_units_and_the_old_package_shows_what_moved() -> None:
    result = partition(package(line(1, 3), line(2, 1)), planned({1: 2}, {1: 1, 2: 1}), at=AT, names=names(2))
    shown = [[(part.line_id, [u.unit_id for u in part.units]) for part in each.lines] for each in result.successors]
    assert shown == [[(1, ["1", "2"])], [(1, ["3"]), (2, ["1"])]]
    closed = result.closed
    assert (closed.status, closed.successor_ids, closed.history[-1].status) == ("UnPacked", (200, 201), "UnPacked")
    assert [(part.line_id, part.quantity, part.status) for part in closed.lines] == [
        (1, 3, "UnPacked"),
        (2, 1, "UnPacked"),
    ]


@pytest.mark.parametrize("keep", [False, True])
def test_new_packages_say_what_they_are(*, keep: bool) -> None:
    parent = package(line(1, 2), status=Status.PICKING)
    born = partition(parent, planned({1: 1}, {1: 1}, keep=keep), at=AT, names=names(2)).successors
    status = Status.PICKING if keep else Status.CREATED
    said = {(each.status, each.created_by, each.origin_ids, each.parent_id, each.tracking_number) for each in born}
    assert said == {(status, CreatedBy.SPLIT, (100,), 100, None)}


def test_where_the_marketplace_pays_every_new_package_has_a_tracking_number_of_its_own() -> None:
    parent = package(line(1, 2), seller_pays=False)
    born = partition(parent, planned({1: 1}, {1: 1}), at=AT, names=names(2)).successors
    assert len({parent.tracking_number, *(each.tracking_number for each in born)}) == 3


def test_amounts_of_every_part_are_those_of_its_own_units() -> None:
    pieces = (unit(1, "36.66", "2.34"), unit(2, "36.67", "2.33"), unit(3, "36.67", "2.33"))
    first, second = partition(
        package(line(1, pieces, gross="40.00")), planned({1: 1}, {1: 2}), at=AT, names=names(2)
    ).successors
    assert (first.lines[0].amounts.price, second.lines[0].amounts.price) == (Decimal("36.66"), Decimal("36.67"))


@pytest.mark.parametrize("groups", [({1: 1}, {1: 1}), ({1: 2}, {1: 2})])
def test_a_plan_that_does_not_fit_the_package_is_a_defect_not_a_split(groups: tuple[dict[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"units over|more is planned"):
        partition(package(line(1, 3)), planned(*groups), at=AT, names=names(2))


def made(parent: Package, *groups: dict[int, int]) -> tuple[list[list[tuple[int, int, str]]], list[str]]:
    """The lines of each new package, and their packages' statuses."""
    born = partition(parent, planned(*groups), at=AT, names=names(len(groups))).successors
    return [shown(each.lines) for each in born], [each.status for each in born]


def shown(lines: Iterable[Line]) -> list[tuple[int, int, str]]:
    return [(each.line_id, each.quantity, each.status) for each in lines]


def test_a_line_that_went_a_way_of_its_own_goes_with_the_rest() -> None:
    parent = package(line(1, 3), line(2, 1, status=Status.SHIPPED))
    assert plan(parent, {1: 2}) == ({1: 2}, {1: 1})
    assert made(parent, {1: 2}, {1: 1}) == (
        [[(1, 2, "Created")], [(1, 1, "Created"), (2, 1, "Shipped")]],
        ["Created", "Created"],
    )


def test_where_no_rest_is_left_such_a_line_has_a_package_of_its_own() -> None:
    parent = package(line(1, 3), line(2, 1, status=Status.SHIPPED))
    assert plan(parent, {1: None}) == ({1: 3}, {})
    assert made(parent, {1: 3}, {}) == ([[(1, 3, "Created")], [(2, 1, "Shipped")]], ["Created", "Shipped"])


def test_a_line_that_went_a_way_of_its_own_cannot_be_asked_for() -> None:
    parent = package(line(1, 3), line(2, 1, status=Status.SHIPPED))
    assert refusal(parent, {2: 1}) == (RefusalCode.QUANTITY_EXCEEDS_LEFT, "groups.0.2")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.UNSUPPLIED])
def test_a_line_that_came_in_cancelled_stays_with_the_old_package(status: Status) -> None:
    parent = package(line(1, 3), line(2, 2, status=status))
    assert plan(parent, {1: 2}) == ({1: 2}, {1: 1})
    result = partition(parent, planned({1: 2}, {1: 1}), at=AT, names=names(2))
    assert shown(result.closed.lines) == [(1, 3, "UnPacked"), (2, 2, status)]
    assert [shown(each.lines) for each in result.successors] == [[(1, 2, "Created")], [(1, 1, "Created")]]


def test_a_line_that_stands_twice_is_one_line_to_who_splits_it() -> None:
    parent = package(line(1, (unit(1), unit(2))), line(2, (unit(3),)), line(1, (unit(4),)))
    assert plan(parent, {1: None}) == ({1: 3}, {2: 1})
    result = partition(parent, planned({1: 1}, {1: 2, 2: 1}), at=AT, names=names(2))
    shown_units = [[[u.unit_id for u in part.units] for part in each.lines] for each in result.successors]
    assert shown_units == [[["1"]], [["2"], ["3"], ["4"]]]


@given(st.data())
def test_no_unit_and_no_cent_is_lost_or_made(data: st.DataObject) -> None:
    parent = data.draw(packages())
    asked = data.draw(parts_of(parent, 4))
    assume(asked)
    try:
        groups = plan(parent, *asked)
    except Refusal:
        assert len(asked) < 2
        return
    result = partition(parent, planned(*groups), at=AT, names=names(len(groups)))
    born = [each for successor in result.successors for each in successor.lines]
    before = [each for each in parent.lines if each.is_cancelled]
    assert pieces(born) + pieces(before) == pieces(parent.lines) == pieces(result.closed.lines)
    assert [each for each in result.closed.lines if each.is_cancelled] == before
    own_ways = [each for each in parent.lines if not parent.can_give(each) and not each.is_cancelled]
    assert [each for each in result.successors[-1].lines if each in own_ways] == own_ways
    kept = sum((piece.price for each in before for piece in each.units), Decimal(0))
    assert sum((each.totals.price for each in result.successors), kept) == parent.totals.price
    for each, units in zip(result.successors[:-1], asked, strict=False):
        assert quantities(each.lines) == units
