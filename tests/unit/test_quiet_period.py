"""When a package is split: once its burst is over, and no later than a second after it began."""

from datetime import UTC, datetime, timedelta

import pytest
from cleave.application.split.quiet_period import QuietPeriod

from tests.unit.builders import START

QUIET = QuietPeriod(timedelta(milliseconds=250), timedelta(seconds=1))


def after(*milliseconds: int) -> list[datetime]:
    return [START + timedelta(milliseconds=each) for each in milliseconds]


@pytest.mark.parametrize(
    ("reserved", "end"),
    [
        ([0], 250),
        ([0, 100], 350),
        ([100, 0], 350),
        ([0, 750], 1000),
        ([0, 900], 1000),
        ([0, 500, 2000], 1000),
    ],
)
def test_the_newest_cancellation_is_waited_for_and_the_oldest_no_longer_than_a_second(
    reserved: list[int], end: int
) -> None:
    assert [QUIET.ends_at(after(*reserved))] == after(end)


def test_a_time_at_the_end_of_all_times_ends_no_batch() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert QUIET.ends_at([last]) == last
    assert QUIET.ends_at([START, last]) == START + timedelta(seconds=1)


def test_without_a_quiet_period_a_package_is_ready_when_it_is_asked_for() -> None:
    assert [QuietPeriod().ends_at(after(0, 300))] == after(0)
