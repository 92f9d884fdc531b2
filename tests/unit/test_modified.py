"""The time by which walks go over packages: it never goes back, though the clocks of two writers differ."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import Carriage, Package
from cleave.domain.split import Name, cancel_units
from cleave.domain.status import Status
from cleave.domain.status_notice import StatusNotice, enter_status
from cleave.domain.tracking import TrackingNotice, feed_tracking

from tests.unit.builders import START, line, package, reservation

MODIFIED = START + timedelta(minutes=2)
BEHIND, AHEAD = MODIFIED - timedelta(seconds=1), MODIFIED + timedelta(seconds=1)
ADDRESS = PackageAddress(20811, 100, None)
CASES = pytest.mark.parametrize(("at", "modified"), [(BEHIND, MODIFIED), (AHEAD, AHEAD)])


def modified_once(status: Status = Status.CREATED) -> Package:
    return replace(package(line(1, 2), status=status), modified_at=MODIFIED)


@CASES
def test_a_split_does_not_turn_it_back(at: datetime, modified: datetime) -> None:
    split = cancel_units(modified_once(), [reservation("a", {1: 1})], at=at, name=Name(200, None))
    assert split.closed.modified_at == modified


@CASES
def test_a_status_does_not_turn_it_back(at: datetime, modified: datetime) -> None:
    change = StatusNotice(ADDRESS, Status.PICKING, {}, {}, None, at)
    entered = enter_status(modified_once(), change)
    assert entered is not None
    assert entered.modified_at == modified


@CASES
def test_tracking_does_not_turn_it_back(at: datetime, modified: datetime) -> None:
    change = TrackingNotice(ADDRESS, Carriage(sender_number="1"), at)
    fed = feed_tracking(modified_once(Status.PICKING), change)
    assert fed is not None
    assert fed.modified_at == modified
