"""Taking units out of a package."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest
from cleave.domain.cancellation import Reservation
from cleave.domain.ids import TRACKING_NUMBERS, successor_id
from cleave.domain.package import CreatedBy, HistoryEntry, Line, Package, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.split import Name, Split, cancel_units
from cleave.domain.status import Status
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, line, package, reservation, unit
from tests.unit.strategies import packages, parts_of, pieces, quantities

AT = START + timedelta(hours=1)
NEW_ID = 200
NUMBER = 8_000_000_000_000_001
NEW = Name(NEW_ID, NUMBER)


def split(parent: Package, *reservations: Reservation) -> Split:
    return cancel_units(parent, reservations, at=AT, name=NEW)


def successor_of(parent: Package, *reservations: Reservation) -> Package:
    successor = split(parent, *reservations).successor
    assert successor is not None
    return successor


def test_a_whole_cancel_closes_the_package_and_makes_nothing_new() -> None:
    result = split(package(line(1, 2), line(2, 1)), reservation("a", {1: 2, 2: 1}))
    assert result.successor is None
    assert result.closed.status is Status.CANCELLED
    assert result.closed.successor_ids == ()
    assert {part.status for part in result.closed.lines} == {Status.UNSUPPLIED}


def test_a_partial_cancel_leaves_the_rest_in_a_new_package() -> None:
    result = split(package(line(1, 3), line(2, 1)), reservation("a", {1: 1}))
    successor = result.successor
    assert successor is not None
    assert (successor.package_id, successor.status) == (NEW_ID, Status.CREATED)
    assert [(rest.line_id, rest.quantity) for rest in successor.lines] == [(1, 2), (2, 1)]
    assert result.closed.status is Status.CANCELLED
    assert result.closed.successor_ids == (NEW_ID,)


def test_the_old_package_shows_what_was_cancelled_and_what_moved() -> None:
    closed = split(package(line(1, 3)), reservation("a", {1: 1}, reason=Reason.WRONG_PRICE)).closed
    cancelled, moved = closed.lines
    assert (cancelled.quantity, cancelled.status) == (1, Status.UNSUPPLIED)
    assert cancelled.cancelled == UnitsCancelled(
        "a", Reason.WRONG_PRICE, CancelledBy.SELLER, START + timedelta(minutes=1)
    )
    assert (moved.quantity, moved.status, moved.cancelled) == (2, Status.UNPACKED, None)


def test_the_last_units_go_and_the_others_keep_their_places() -> None:
    result = split(package(line(1, 3)), reservation("a", {1: 1}))
    assert [piece.unit_id for piece in result.closed.lines[0].units] == ["3"]
    assert result.successor is not None
    assert [piece.unit_id for piece in result.successor.lines[0].units] == ["1", "2"]


def test_cancellations_that_waited_together_are_applied_in_one_split() -> None:
    parent = package(line(1, 4), line(2, 1))
    result = split(parent, reservation("late", {1: 1}, minute=2), reservation("early", {1: 2, 2: 1}))
    assert result.successor is not None
    assert [(rest.line_id, rest.quantity) for rest in result.successor.lines] == [(1, 1)]
    assert result.successor.caused_by == ("early", "late")
    parts = [
        (part.line_id, part.quantity, part.cancelled and part.cancelled.cancellation_id) for part in result.closed.lines
    ]
    assert parts == [(1, 1, "late"), (1, 2, "early"), (1, 1, None), (2, 1, "early")]


@pytest.mark.parametrize("status", [Status.CREATED, Status.PICKING, Status.INVOICED])
@pytest.mark.parametrize("keep", [False, True])
def test_the_new_package_is_created_unless_the_status_is_to_be_kept(status: Status, *, keep: bool) -> None:
    successor = successor_of(package(line(1, 2), status=status), reservation("a", {1: 1}, keep=keep))
    expected = status if keep else Status.CREATED
    assert (successor.status, successor.lines[0].status) == (expected, expected)


def test_the_status_is_kept_only_if_all_that_waited_ask_for_it() -> None:
    parent = package(line(1, 3), status=Status.PICKING)
    asks, does_not = reservation("a", {1: 1}, keep=True), reservation("b", {1: 1})
    assert successor_of(parent, asks, does_not).status is Status.CREATED


def test_the_new_package_says_where_it_comes_from() -> None:
    first = package(line(1, 3))
    second = successor_of(first, reservation("a", {1: 1}))
    third = cancel_units(second, [reservation("b", {1: 1})], at=AT, name=Name(300, None)).successor
    assert third is not None
    assert (second.origin_ids, second.parent_id, second.created_by) == ((100,), 100, CreatedBy.CANCEL)
    assert (third.origin_ids, third.parent_id, third.caused_by) == ((100,), NEW_ID, ("b",))


def test_history_is_kept_and_goes_on() -> None:
    result = split(package(line(1, 2)), reservation("a", {1: 1}))
    born = HistoryEntry(START, Status.CREATED)
    assert result.closed.history == (born, HistoryEntry(AT, Status.CANCELLED))
    assert result.successor is not None
    assert result.successor.history == (born, HistoryEntry(AT, Status.CREATED))


def test_a_seller_who_pays_gets_no_tracking_number() -> None:
    assert successor_of(package(line(1, 2), seller_pays=True), reservation("a", {1: 1})).tracking_number is None


def test_where_the_marketplace_pays_the_tracking_number_is_new() -> None:
    parent = package(line(1, 2), seller_pays=False)
    assert successor_of(parent, reservation("a", {1: 1})).tracking_number == NUMBER != parent.tracking_number


def test_money_is_recomputed_from_the_units_to_the_cent() -> None:
    pieces = (unit(1, "36.66", "2.34"), unit(2, "36.67", "2.33"), unit(3, "36.67", "2.33"))
    result = split(package(line(1, pieces, gross="40.00")), reservation("a", {1: 1}))
    assert result.successor is not None
    totals = result.successor.totals
    assert (totals.gross, totals.seller_discount, totals.marketplace_discount) == (
        Decimal("80.00"),
        Decimal("4.67"),
        Decimal("2.00"),
    )
    assert (totals.total_discount, totals.price) == (Decimal("6.67"), Decimal("73.33"))
    mean = result.successor.lines[0].amounts
    assert (mean.gross, mean.seller_discount, mean.price) == (Decimal("40.00"), Decimal("2.34"), Decimal("36.67"))


def test_more_units_than_there_are_is_a_defect_not_a_split() -> None:
    with pytest.raises(ValueError, match=r"package 100 cannot give what is reserved: \{1: 1\}"):
        split(package(line(1, 2)), reservation("a", {1: 1}), reservation("b", {1: 2}))


def test_ids_are_derived_exact_as_json_numbers_and_stepped_over_when_taken() -> None:
    ids = {
        successor_id(seller, parent, version, position, attempt)
        for seller in (1, 2)
        for parent in (100, 101)
        for version in (1, 2)
        for position in (0, 1)
        for attempt in (0, 1)
    }
    assert len(ids) == 32
    assert successor_id(1, 100, 1, 0, 0) == successor_id(1, 100, 1, 0, 0)
    assert all(0 < each < 2**53 for each in ids)
    assert max(ids) < TRACKING_NUMBERS[0] < TRACKING_NUMBERS[-1] < 2**53


def shown(lines: Iterable[Line]) -> list[tuple[int, int, str]]:
    return [(each.line_id, each.quantity, each.status) for each in lines]


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.DELIVERED, "OnHold"])
def test_a_line_that_went_a_way_of_its_own_goes_on_with_the_new_package_as_it_is(status: str) -> None:
    parent = package(line(1, 2), line(2, 1, status=status), status=Status.PICKING)
    result = split(parent, reservation("a", {1: 1}))
    assert shown(result.closed.lines) == [(1, 1, "UnSupplied"), (1, 1, "UnPacked"), (2, 1, "UnPacked")]
    assert result.successor is not None
    assert shown(result.successor.lines) == [(1, 1, "Created"), (2, 1, status)]
    assert result.successor.lines[1] == parent.lines[1]
    assert (result.successor.status, result.successor.givable) == (Status.CREATED, {1: 1, 2: 0})


@pytest.mark.parametrize(("ways", "status"), [(("Shipped", "Shipped"), "Shipped"), (("Shipped", "OnHold"), "Created")])
def test_where_only_such_lines_are_left_the_new_package_is_where_they_all_are(
    ways: tuple[str, str], status: str
) -> None:
    first, second = ways
    parent = package(line(1, 2), line(2, 1, status=first), line(3, 1, status=second))
    successor = successor_of(parent, reservation("a", {1: 2}))
    assert (successor.status, shown(successor.lines)) == (status, [(2, 1, first), (3, 1, second)])


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.UNSUPPLIED])
def test_a_line_that_came_in_cancelled_stays_with_the_old_package(status: Status) -> None:
    result = split(package(line(1, 2), line(2, 3, status=status)), reservation("a", {1: 1}))
    assert shown(result.closed.lines) == [(1, 1, "UnSupplied"), (1, 1, "UnPacked"), (2, 3, status)]
    assert result.closed.lines[-1].cancelled is None
    assert result.successor is not None
    assert shown(result.successor.lines) == [(1, 1, "Created")]


def test_a_package_of_which_only_lines_that_came_in_cancelled_are_left_has_no_successor() -> None:
    result = split(package(line(1, 2), line(2, 3, status=Status.CANCELLED)), reservation("a", {1: 2}))
    assert (result.successor, result.closed.status) == (None, Status.CANCELLED)


def test_nothing_can_be_taken_of_a_line_that_went_another_way_or_came_in_cancelled() -> None:
    for status in (Status.SHIPPED, Status.CANCELLED):
        with pytest.raises(ValueError, match="cannot give"):
            split(package(line(1, 2), line(2, 3, status=status)), reservation("a", {2: 1}))


def test_of_a_line_that_stands_twice_the_last_units_go_first() -> None:
    parent = package(line(1, (unit(1), unit(2))), line(2, (unit(3),)), line(1, (unit(4), unit(5))))
    result = split(parent, reservation("early", {1: 2}, minute=1), reservation("late", {1: 1}, minute=2))
    gone = [(part.cancelled, [u.unit_id for u in part.units]) for part in cancelled(result)]
    assert gone == [(because("early", 1), ["2"]), (because("late", 2), ["5"]), (because("early", 1), ["4"])]
    assert result.successor is not None
    assert [[piece.unit_id for piece in rest.units] for rest in result.successor.lines] == [["1"], ["3"]]


def cancelled(result: Split) -> list[Line]:
    return [part for part in result.closed.lines if part.cancelled]


@given(st.data())
def test_no_unit_and_no_cent_is_lost_or_made(data: st.DataObject) -> None:
    parent = data.draw(packages())
    parts = data.draw(parts_of(parent, 4))
    reservations = [reservation(str(n), part, minute=data.draw(st.integers(0, 3))) for n, part in enumerate(parts)]
    result = cancel_units(parent, reservations, at=AT, name=NEW)
    gone, rest = cancelled(result), result.successor.lines if result.successor else ()
    before = [each for each in parent.lines if each.is_cancelled]
    assert pieces(gone) + pieces(rest) + pieces(before) == pieces(parent.lines) == pieces(result.closed.lines)
    for key, part in enumerate(parts):
        assert (
            quantities(each for each in gone if each.cancelled and each.cancelled.cancellation_id == str(key)) == part
        )
    assert [each for each in result.closed.lines if each in before] == before
    own_ways = [each for each in parent.lines if not parent.can_give(each) and not each.is_cancelled]
    assert [each for each in rest if each in own_ways] == own_ways
    taken = sum((piece.price for part in (*gone, *before) for piece in part.units), Decimal(0))
    left = result.successor.totals.price if result.successor else Decimal(0)
    assert taken + left == parent.totals.price


def because(cancellation_id: str, minute: int) -> UnitsCancelled:
    at = START + timedelta(minutes=minute)
    return UnitsCancelled(cancellation_id, Reason.OUT_OF_STOCK, CancelledBy.SELLER, at)


@given(st.data())
def test_what_a_new_package_can_give_is_what_the_old_one_could_and_nobody_took(data: st.DataObject) -> None:
    parent = data.draw(packages())
    (part,) = data.draw(parts_of(parent, 1)) or [{}]
    successor = cancel_units(parent, [reservation("a", part)], at=AT, name=NEW).successor
    left = Counter(parent.givable)
    left.subtract(part)
    given = Counter(successor.givable) if successor and successor.status == Status.CREATED else Counter()
    assert +given == +left
