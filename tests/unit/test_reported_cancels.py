"""What a channel is told of a cancel, whatever dialect it came in by."""

from cleave.dialects.hepsiglobal.reported import reported_cancels
from cleave.dialects.reasons import REASONS
from cleave.domain.events import PackageEvent
from cleave.domain.package import Package
from cleave.domain.reasons import Reason
from cleave.domain.split import cancel_units
from tests.support.packages import AT, line, package, reservations


def event_of(told: Package) -> PackageEvent:
    return PackageEvent(told.order_number, told.seller_id, sequence=1, at=AT, package=told)


def test_each_line_and_cancellation_is_reported_with_its_own_id() -> None:
    waiting = reservations(
        ("trendyol#20811#a", {1: 2, 2: 1}, Reason.OUT_OF_STOCK), ("hepsiglobal#c#7", {1: 1}, Reason.CUSTOMER_DEMAND)
    )
    split = cancel_units(package(line(1, 4, "TRAY"), line(2, 1, "LAMP")), list(waiting), at=AT, successor_id=501)
    bodies = reported_cancels(event_of(split.closed))
    without_ids = sorted([*body.values()][1:] for body in bodies)
    assert without_ids == [
        ["A-1", 1, "A-1_LAMP", "out_of_stock"],
        ["A-1", 1, "A-1_TRAY", "customer_demand"],
        ["A-1", 2, "A-1_TRAY", "out_of_stock"],
    ]
    ids = {body["cancel_id"] for body in bodies}
    assert len(ids) == 3
    assert all(0 < each < 2**53 for each in ids)


def test_the_same_event_is_always_reported_with_the_same_ids() -> None:
    waiting = list(reservations(("trendyol#20811#a", {1: 2}, Reason.OUT_OF_STOCK)))
    first, again = (
        reported_cancels(event_of(cancel_units(package(line(1, 4, "TRAY")), waiting, at=AT, successor_id=501).closed))
        for _ in range(2)
    )
    assert first == again


def test_a_package_that_lost_no_units_is_nothing_to_report() -> None:
    waiting = list(reservations(("trendyol#20811#a", {1: 2}, Reason.OUT_OF_STOCK)))
    successor = cancel_units(package(line(1, 4, "TRAY")), waiting, at=AT, successor_id=501).successor
    assert successor is not None
    assert reported_cancels(event_of(successor)) == ()


def test_every_reason_leaves_in_the_dialects_own_word() -> None:
    for codes in REASONS:
        waiting = list(reservations(("trendyol#20811#a", {1: 1}, codes.reason)))
        closed = cancel_units(package(line(1, 1, "TRAY")), waiting, at=AT, successor_id=501).closed
        assert [body["reason"] for body in reported_cancels(event_of(closed))] == [codes.hepsiglobal]
