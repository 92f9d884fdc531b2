"""What may follow what, and what a report or an export does to a package; the rules alone."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import HistoryEntry, Line, Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.progress import can_enter, check_nothing_waits, follows
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.reported import Report, apply_report, spread
from cleave.domain.status import Status

from tests.unit.builders import START, availability, line, package, reservation

FORWARDS = [
    Status.AWAITING,
    Status.CREATED,
    Status.PICKING,
    Status.INVOICED,
    Status.SHIPPED,
    Status.AT_COLLECTION_POINT,
    Status.UNDELIVERED,
    Status.DELIVERED,
]


def state(of: Package, *units: dict[int, int]) -> PackageState:
    waiting = tuple(reservation(f"k{place}", each) for place, each in enumerate(units))
    return PackageState(of, waiting, None, 1, availability(of, waiting=len(waiting)))


def report(status: str, **units: int) -> Report:
    named = {int(name[1:]): quantity for name, quantity in units.items()}
    return Report(PackageAddress(20811, 100, None), status, START, START + timedelta(seconds=1), named)


def rows(of: Package | None) -> list[tuple[int, int, str]]:
    assert of is not None
    return [(each.line_id, each.quantity, each.status) for each in of.lines]


def test_statuses_go_forwards_only() -> None:
    for before, after in pairwise(FORWARDS):
        assert follows(before, after)
        assert not follows(after, before)
        assert not follows(before, before)


@pytest.mark.parametrize("last", [Status.DELIVERED, Status.RETURNED])
def test_nothing_that_is_known_follows_the_last(last: Status) -> None:
    assert [after for after in Status if follows(last, after) and after is not Status.VERIFIED] == []


@pytest.mark.parametrize("before", [each for each in Status if each is not Status.AWAITING])
def test_a_report_cancels_nothing_but_what_is_not_paid(before: Status) -> None:
    assert not any(follows(before, after) for after in (Status.CANCELLED, Status.UNPACKED, Status.UNSUPPLIED))
    assert follows(Status.AWAITING, Status.CANCELLED)


def test_under_an_unknown_word_a_package_is_as_far_as_it_was_before() -> None:
    left = replace(package(line(1, 1)), status="Repack")
    assert can_enter(left, Status.SHIPPED)
    assert not can_enter(left, Status.PICKING)
    delivered = replace(left, history=(*left.history, HistoryEntry(START, Status.DELIVERED)))
    assert not can_enter(delivered, Status.SHIPPED)
    assert can_enter(delivered, "ReturnAccepted")


def test_units_that_were_promised_to_a_cancellation_do_not_leave() -> None:
    before = package(line(1, 3))
    shipped, two_shipped = (apply_report(before, report("Shipped", **units)) for units in ({}, {"l1": 2}))
    assert shipped is not None
    assert two_shipped is not None
    check_nothing_waits(state(before, {1: 1}), two_shipped)
    for units, changed in ((1, shipped), (2, two_shipped)):
        with pytest.raises(Refusal) as refused:
            check_nothing_waits(state(before, {1: units}), changed)
        assert refused.value.code is RefusalCode.PACKAGE_WAITING


def test_named_units_go_ahead_from_the_first_and_join_those_that_are_there() -> None:
    before = package(line(1, 3), line(2, 1))
    once = apply_report(before, report("Shipped", l1=1))
    assert rows(once) == [(1, 1, "Shipped"), (1, 2, "Created"), (2, 1, "Created")]
    assert once is not None
    assert apply_report(once, report("Shipped", l1=1)) is None
    twice = apply_report(once, report("Shipped", l1=2))
    assert rows(twice) == [(1, 2, "Shipped"), (1, 1, "Created"), (2, 1, "Created")]
    assert twice is not None
    assert [unit.unit_id for unit in twice.lines[0].units] == ["1", "2"]
    whole = apply_report(twice, report("Shipped", l1=3, l2=1))
    assert whole is not None
    assert (whole.status, rows(whole)) == ("Shipped", [(1, 3, "Shipped"), (2, 1, "Shipped")])


def test_no_unit_and_no_cent_is_lost_or_made_where_some_go_ahead() -> None:
    before = package(line(1, 5), line(2, 2))
    after = apply_report(before, report("Delivered", l1=2, l2=1))
    assert after is not None
    assert sorted(_units(after.lines)) == sorted(_units(before.lines))
    assert after.totals == before.totals


def _units(lines: tuple[Line, ...]) -> list[tuple[int, str]]:
    return [(each.line_id, unit.unit_id) for each in lines for unit in each.units]


def test_units_of_an_item_are_counted_from_the_package_that_is_furthest() -> None:
    first, second = package(line(1, 2)), replace(package(line(1, 2), status=Status.SHIPPED), package_id=101)
    second = replace(second, lines=tuple(replace(each, status=Status.SHIPPED) for each in second.lines))
    item = first.lines[0].item_number
    assert spread([first, second], item, 3, "Delivered") == {101: {1: 2}, 100: {1: 1}}
    assert spread([first, second], item, None, "Delivered") == {101: {1: 2}, 100: {1: 2}}
    assert spread([first, second], item, 5, "Delivered") is None


def test_an_export_without_a_date_is_never_the_older_one() -> None:
    dated, undated = Export("a", START), Export("b", None)
    assert not undated.is_older_than(dated)
    assert not dated.is_older_than(undated)
    assert dated.is_older_than(Export("c", START + timedelta(milliseconds=1)))
