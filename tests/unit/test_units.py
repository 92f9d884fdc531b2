"""Units of a line are kept as runs, and read back one by one."""

from decimal import Decimal

import pytest
from cleave.domain.package import Unit
from cleave.store.units import from_runs, to_runs
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import unit

# Ids that count on, with and without what breaks a run.
UNIT_IDS = st.one_of(
    st.integers(0, 30).map(str),
    st.integers(8, 12).map("A-{}".format),
    st.text(max_size=4),
    st.sampled_from(["", "0", "00", "007", "A-09", "A-", "9" * 15, "9" * 16, "٣", "1\n"]),
)
PRICES = st.sampled_from(["27.00", "27.0", "27", "0.01", "-1.00"])
UNITS = st.lists(st.builds(unit, UNIT_IDS, PRICES, PRICES, PRICES))


def as_text(units: list[Unit]) -> list[tuple[str, ...]]:
    return [
        (each.unit_id, str(each.price), str(each.seller_discount), str(each.marketplace_discount)) for each in units
    ]


@given(UNITS)
def test_units_come_back_as_they_were_down_to_the_digits_of_their_prices(units: list[Unit]) -> None:
    assert as_text(list(from_runs(to_runs(units)))) == as_text(units)


def test_units_that_count_on_are_one_run_however_many() -> None:
    units = [Unit(f"A-{number}", Decimal(9), Decimal(1), Decimal(0)) for number in range(8, 5008)]
    assert to_runs(units) == [["A-", 8, 5000, "9", "1", "0"]]


@pytest.mark.parametrize(
    ("second", "runs"),
    [
        (unit(2), 1),
        (unit(3), 2),
        (unit(1), 2),
        (unit(2, "26.99"), 2),
        (unit(2, seller="2.01"), 2),
        (unit(2, marketplace="1.01"), 2),
        (unit(2, "27.0"), 2),
    ],
)
def test_a_run_ends_where_the_count_or_a_price_changes(second: Unit, runs: int) -> None:
    assert len(to_runs([unit(1), second])) == runs
