"""Taking units out of a package."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from cleave.domain.cancellation import Reservation
from cleave.domain.ids import successor_id, tracking_number
from cleave.domain.package import CreatedBy, HistoryEntry, Package, Status, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.split import Split, cancel_units
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, line, package, reservation, unit

AT = START + timedelta(hours=1)
NEW_ID = 200


def split(parent: Package, *reservations: Reservation) -> Split:
    return cancel_units(parent, reservations, at=AT, successor_id=NEW_ID)


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
    assert cancelled.cancelled == UnitsCancelled("a", Reason.WRONG_PRICE, CancelledBy.SELLER)
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
    third = cancel_units(second, [reservation("b", {1: 1})], at=AT, successor_id=300).successor
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
    number = successor_of(parent, reservation("a", {1: 1})).tracking_number
    assert number == tracking_number(NEW_ID)
    assert number != parent.tracking_number


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
    with pytest.raises(ValueError, match="line 1: 1 units reserved, 0 there"):
        split(package(line(1, 2)), reservation("a", {1: 1}), reservation("b", {1: 2}))


def test_ids_are_derived_exact_as_json_numbers_and_stepped_over_when_taken() -> None:
    ids = {
        successor_id(100, version, position, attempt) for version in (1, 2) for position in (0, 1) for attempt in (0, 1)
    }
    assert len(ids) == 8
    assert successor_id(100, 1, 0, 0) == successor_id(100, 1, 0, 0)
    assert all(0 < each < 2**53 and 0 < tracking_number(each) < 2**53 for each in ids)


@st.composite
def cancelled_packages(draw: st.DrawFn) -> tuple[Package, list[Reservation]]:
    """A package and reservations that claim no more of any line than it has."""
    quantities = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    prices = st.decimals("0.01", "999.99", places=2)
    lines = [
        line(number, tuple(unit(n, str(draw(prices)), str(draw(prices))) for n in range(quantity)))
        for number, quantity in enumerate(quantities, start=1)
    ]
    left = dict(enumerate(quantities, start=1))
    reservations = []
    for number in range(draw(st.integers(1, 4))):
        units = {each: draw(st.integers(0, left[each])) for each in left}
        units = {each: quantity for each, quantity in units.items() if quantity}
        for each, quantity in units.items():
            left[each] -= quantity
        if units:
            reservations.append(reservation(str(number), units, minute=draw(st.integers(0, 3))))
    return package(*lines), reservations


@given(cancelled_packages())
def test_no_unit_and_no_cent_is_lost_or_made(case: tuple[Package, list[Reservation]]) -> None:
    parent, reservations = case
    result = cancel_units(parent, reservations, at=AT, successor_id=NEW_ID)
    gone = [part for part in result.closed.lines if part.status is Status.UNSUPPLIED]
    rest = result.successor.lines if result.successor else ()

    def pieces(lines: object) -> Counter[tuple[int, str]]:
        return Counter((each.line_id, piece.unit_id) for each in lines for piece in each.units)  # type: ignore[attr-defined]

    assert pieces(gone) + pieces(rest) == pieces(parent.lines)
    asked = sum(sum(each.units.values()) for each in reservations)
    assert sum(part.quantity for part in gone) == asked
    cancelled_price = sum((piece.price for part in gone for piece in part.units), Decimal(0))
    left_price = result.successor.totals.price if result.successor else Decimal(0)
    assert cancelled_price + left_price == parent.totals.price
