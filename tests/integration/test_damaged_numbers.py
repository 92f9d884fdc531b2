"""The counter of tracking numbers is damaged: nobody waits, and no number is given twice."""

from datetime import UTC, datetime, timedelta

import pytest
from cleave.clock import to_ms
from cleave.domain.ids import TRACKING_NUMBERS
from cleave.store import order_keys
from cleave.store.formats import Unreadable
from cleave.store.tracking_numbers import TrackingNumbers, leased_numbers, skip_numbers
from cleave.table.requests import Put
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.simulation.engine import Engine

OF_CELL = len(TRACKING_NUMBERS) // 100
MISSING = object()
DAMAGE: dict[str, object] = {
    "missing": MISSING,
    "a text": "damaged",
    "a text of a number": "5000",
    "null": None,
    "a list": ["damaged"],
    "a map": {"damaged": 1},
    "bytes": b"damaged",
    "yes": True,
    "more than a cell has": OF_CELL + 1,
    "less than nothing": -99,
}


@pytest.fixture
def simulated() -> Table:
    return Table(Engine(), "any")  # type: ignore[arg-type] # as far as the store uses a client


def damage(table: Table, leased: object) -> None:
    item = {**order_keys.number_blocks(), "format": 1, "leased": leased}
    table.put(Put({name: value for name, value in item.items() if value is not MISSING}))


@pytest.mark.parametrize("leased", DAMAGE.values(), ids=DAMAGE)
def test_who_finds_the_counter_damaged_begins_anew_behind_all_that_was_given(
    simulated: Table, clock: FrozenClock, caplog: pytest.LogCaptureFixture, leased: object
) -> None:
    given = TrackingNumbers(cell=3).take(simulated, 2)
    damage(simulated, leased)
    given += TrackingNumbers(cell=3).take(simulated, 2)
    given += TrackingNumbers(cell=3).take(simulated, 2)
    first = TRACKING_NUMBERS[3 * OF_CELL]
    anew = first + to_ms(clock.now)
    assert given == [first, first + 1, anew, anew + 1, anew + 1_000, anew + 1_001]
    assert [each.message for each in caplog.records] == ["numbers.damaged"]
    assert vars(caplog.records[0])["item"] == "RANGE#TRACKING RANGE"


def test_damage_that_comes_again_leads_behind_all_that_was_given_too(simulated: Table, clock: FrozenClock) -> None:
    given: list[int] = []
    for _ in range(5):
        damage(simulated, "damaged")
        given += [number for _ in range(20) for number in TrackingNumbers().take(simulated, 600)]
        clock.move(seconds=60)
    assert len(set(given)) == len(given) == 5 * 20 * 600


def test_there_are_numbers_left_after_that_for_a_hundred_years() -> None:
    """And a table would have to lease a thousand a second, from 1970 on, to be where it begins anew."""
    assert to_ms(datetime(2026, 10, 18, tzinfo=UTC) + timedelta(days=36525)) < OF_CELL / 2


@pytest.mark.parametrize(
    "leased", [each for name, each in DAMAGE.items() if isinstance(each, str | bool) or name in {"missing", "null"}]
)
def test_adopting_a_table_puts_its_counter_right(simulated: Table, leased: object) -> None:
    damage(simulated, leased)
    with pytest.raises(Unreadable):
        leased_numbers(simulated)
    skip_numbers(simulated, 7_000)
    assert leased_numbers(simulated) == 7_000
