"""Why a package cannot give the units that are claimed."""

import pytest
from cleave.domain.availability import MAX_WAITING, Availability, refusal_of, refusals_of
from cleave.domain.cancellation import Claim
from cleave.domain.refusals import LineFields, Place, RefusalCode
from cleave.domain.status import CANCELLABLE, Status


def state(
    *, status: Status = Status.CREATED, waiting: int = 0, successors: tuple[int, ...] = (), left: int = 3
) -> Availability:
    return Availability(100, "ORDER", "DE", status, {1: left}, waiting, 100, successors)


def code(found: Availability | None, units: dict[int, int], storefront: str | None = "DE", arriving: int = 1) -> object:
    fields = {
        line_id: LineFields(f"lines.{place}.lineId", f"lines.{place}.quantity") for place, line_id in enumerate(units)
    }
    refusal = refusal_of(found, Claim(100, units, fields), storefront, arriving=arriving)
    return refusal and (refusal.code, refusal.field)


@pytest.mark.parametrize("status", list(Status))
def test_only_a_package_that_the_carrier_does_not_have_can_give_units(status: Status) -> None:
    expected = None if status in CANCELLABLE else (RefusalCode.PACKAGE_STATUS, None)
    assert code(state(status=status), {1: 1}) == expected


def test_all_units_that_are_left_can_be_claimed_and_not_one_more() -> None:
    assert code(state(), {1: 3}) is None
    assert code(state(), {1: 4}) == (RefusalCode.QUANTITY_EXCEEDS_LEFT, "lines.0.quantity")


def test_a_line_that_is_not_there_is_named() -> None:
    assert code(state(), {1: 1, 2: 1}) == (RefusalCode.LINE_NOT_FOUND, "lines.1.lineId")


def test_a_package_that_is_not_there_is_not_found() -> None:
    assert code(None, {1: 1}) == (RefusalCode.PACKAGE_NOT_FOUND, None)


def test_another_storefront_is_refused_before_anything_is_told_of_the_package() -> None:
    shipped = state(status=Status.SHIPPED)
    assert code(shipped, {1: 9}, storefront="TR") == (RefusalCode.STOREFRONT_INVALID, Place.STOREFRONT)
    assert code(state(), {1: 1}, storefront=None) is None


def test_a_replaced_package_is_told_apart_from_one_that_ended() -> None:
    assert code(state(status=Status.CANCELLED, successors=(200,)), {1: 1}) == (RefusalCode.PACKAGE_REPLACED, None)
    assert code(state(status=Status.CANCELLED), {1: 1}) == (RefusalCode.PACKAGE_STATUS, None)


def test_as_many_cancellations_may_wait_as_one_split_can_apply() -> None:
    assert code(state(waiting=MAX_WAITING - 1), {1: 1}) is None
    assert code(state(waiting=MAX_WAITING), {1: 1}) == (RefusalCode.PACKAGE_BUSY, None)
    assert code(state(waiting=MAX_WAITING - 1), {1: 1}, arriving=2) == (RefusalCode.PACKAGE_BUSY, None)


def test_every_reason_can_be_had_and_the_one_that_decides_is_the_first() -> None:
    units = {1: 9, 2: 1}
    fields = {1: LineFields("lines.0.lineId", "lines.0.quantity"), 2: LineFields("lines.1.lineId", "lines.1.quantity")}
    found = state(status=Status.SHIPPED, waiting=MAX_WAITING)
    told = [(each.code, each.field) for each in refusals_of(found, Claim(100, units, fields), "DE")]
    assert told == [
        (RefusalCode.PACKAGE_STATUS, None),
        (RefusalCode.QUANTITY_EXCEEDS_LEFT, "lines.0.quantity"),
        (RefusalCode.LINE_NOT_FOUND, "lines.1.lineId"),
        (RefusalCode.PACKAGE_BUSY, None),
    ]
    assert code(found, units) == told[0]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, RefusalCode.PACKAGE_NOT_FOUND),
        (state(status=Status.CANCELLED, successors=(101,)), RefusalCode.PACKAGE_REPLACED),
    ],
)
def test_of_a_package_that_is_not_there_nothing_else_is_said(found: Availability | None, reason: RefusalCode) -> None:
    assert [each.code for each in refusals_of(found, Claim(100, {2: 9}, {}), "DE")] == [reason]
