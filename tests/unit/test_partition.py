"""A seller's own split: every unit in exactly one of the new packages."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from cleave.domain.cancellation import PackageAddress, PackageState
from cleave.domain.package import CANCELLABLE, CreatedBy, Line, Package, Status
from cleave.domain.partition import Group, PlannedSplit, SplitRequest, partition, plan_groups
from cleave.domain.refusals import LineFields, Refusal, RefusalCode
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, line, package, unit

AT = START + timedelta(hours=1)


def state(left: Mapping[int, int], *, status: Status = Status.CREATED, waiting: int = 0) -> PackageState:
    return PackageState(100, "DE", status, left, waiting, ())


def request(*groups: Mapping[int, int | None]) -> SplitRequest:
    named = tuple(
        Group(
            units, {line_id: LineFields(f"groups.{place}.{line_id}", f"groups.{place}.{line_id}") for line_id in units}
        )
        for place, units in enumerate(groups)
    )
    return SplitRequest(PackageAddress(20811, 100, "DE"), named, keep_status=False, fingerprint="f", at=AT)


def planned(*groups: Mapping[int, int], keep: bool = False) -> PlannedSplit:
    return PlannedSplit("f", groups, tuple(range(200, 200 + len(groups))), len(groups), keep)


def refusal(found: PackageState, *groups: Mapping[int, int | None]) -> tuple[RefusalCode, str | None]:
    with pytest.raises(Refusal) as refused:
        plan_groups(found, request(*groups))
    return refused.value.code, refused.value.field


def test_what_is_not_named_goes_into_a_package_of_its_own() -> None:
    assert plan_groups(state({1: 3, 2: 1}), request({1: 2})) == ({1: 2}, {1: 1, 2: 1})


def test_a_line_without_a_quantity_goes_whole() -> None:
    assert plan_groups(state({1: 3, 2: 1}), request({1: None})) == ({1: 3}, {2: 1})


def test_groups_that_name_everything_leave_no_rest() -> None:
    assert plan_groups(state({1: 3}), request({1: 2}, {1: 1})) == ({1: 2}, {1: 1})


def test_one_group_of_everything_is_no_split() -> None:
    assert refusal(state({1: 3, 2: 1}), {1: None, 2: 1}) == (RefusalCode.BODY_INVALID, None)


def test_more_units_than_there_are_over_all_groups_are_refused_where_they_run_out() -> None:
    assert refusal(state({1: 3}), {1: 2}, {1: 2}) == (RefusalCode.QUANTITY_EXCEEDS_LEFT, "groups.1.1")


def test_a_line_that_is_not_there_is_named() -> None:
    assert refusal(state({1: 3}), {2: None}) == (RefusalCode.LINE_NOT_FOUND, "groups.0.2")


def test_a_package_is_cancelled_from_or_split_and_never_both() -> None:
    assert refusal(state({1: 3}, waiting=1), {1: 1}) == (RefusalCode.PACKAGE_WAITING, None)


@pytest.mark.parametrize("status", sorted(set(Status) - CANCELLABLE))
def test_a_package_that_the_carrier_has_cannot_be_split(status: Status) -> None:
    assert refusal(state({1: 3}, status=status), {1: 1}) == (RefusalCode.PACKAGE_STATUS, None)


def test_the_first_group_gets_the_first_units_and_the_old_package_shows_what_moved() -> None:
    result = partition(package(line(1, 3), line(2, 1)), planned({1: 2}, {1: 1, 2: 1}), at=AT, package_ids=(200, 201))
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
    born = partition(parent, planned({1: 1}, {1: 1}, keep=keep), at=AT, package_ids=(200, 201)).successors
    status = Status.PICKING if keep else Status.CREATED
    said = {(each.status, each.created_by, each.origin_ids, each.parent_id, each.tracking_number) for each in born}
    assert said == {(status, CreatedBy.SPLIT, (100,), 100, None)}


def test_where_the_marketplace_pays_every_new_package_has_a_tracking_number_of_its_own() -> None:
    parent = package(line(1, 2), seller_pays=False)
    born = partition(parent, planned({1: 1}, {1: 1}), at=AT, package_ids=(200, 201)).successors
    assert len({parent.tracking_number, *(each.tracking_number for each in born)}) == 3


def test_amounts_of_every_part_are_those_of_its_own_units() -> None:
    pieces = (unit(1, "36.66", "2.34"), unit(2, "36.67", "2.33"), unit(3, "36.67", "2.33"))
    first, second = partition(
        package(line(1, pieces, gross="40.00")), planned({1: 1}, {1: 2}), at=AT, package_ids=(200, 201)
    ).successors
    assert (first.lines[0].amounts.price, second.lines[0].amounts.price) == (Decimal("36.66"), Decimal("36.67"))


@pytest.mark.parametrize("groups", [({1: 1}, {1: 1}), ({1: 2}, {1: 2})])
def test_a_plan_that_does_not_fit_the_package_is_a_defect_not_a_split(groups: tuple[dict[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"units over|units planned"):
        partition(package(line(1, 3)), planned(*groups), at=AT, package_ids=(200, 201))


@st.composite
def split_packages(draw: st.DrawFn) -> tuple[Package, list[dict[int, int]]]:
    """A package and groups that ask for no more of any line than it has."""
    quantities = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    prices = st.decimals("0.01", "999.99", places=2)
    lines = [
        line(number, tuple(unit(n, str(draw(prices)), str(draw(prices))) for n in range(quantity)))
        for number, quantity in enumerate(quantities, start=1)
    ]
    left = dict(enumerate(quantities, start=1))
    groups = []
    for _ in range(draw(st.integers(2, 4))):
        units = {each: draw(st.integers(0, left[each])) for each in left}
        units = {each: quantity for each, quantity in units.items() if quantity}
        for each, quantity in units.items():
            left[each] -= quantity
        if units:
            groups.append(units)
    return package(*lines), groups


def _pieces(lines: Iterable[Line]) -> Counter[tuple[int, str]]:
    return Counter((each.line_id, piece.unit_id) for each in lines for piece in each.units)


@given(split_packages())
def test_no_unit_and_no_cent_is_lost_or_made(case: tuple[Package, list[dict[int, int]]]) -> None:
    parent, asked = case
    left = {each.line_id: each.quantity for each in parent.lines}
    try:
        groups = plan_groups(state(left), request(*asked))
    except Refusal:
        assert len(asked) < 2
        return
    result = partition(parent, planned(*groups), at=AT, package_ids=range(200, 200 + len(groups)))
    born = [each for successor in result.successors for each in successor.lines]
    assert _pieces(born) == _pieces(parent.lines) == _pieces(result.closed.lines)
    assert sum((each.totals.price for each in result.successors), Decimal(0)) == parent.totals.price
    for each, units in zip(result.successors, asked, strict=False):
        assert {part.line_id: part.quantity for part in each.lines} == units
