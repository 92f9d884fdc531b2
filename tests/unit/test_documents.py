"""A package is read back as it was stored, whatever its details hold."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from cleave.store.documents import pack, unpack
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import line, package

FRACTIONS = st.decimals(-(10**9), 10**9, places=2).filter(lambda each: each != each.to_integral_value())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | FRACTIONS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
DETAILS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(DETAILS, DETAILS, DETAILS)
def test_details_come_back_as_they_were_each_with_its_own(
    of_package: dict[str, Any], of_first: dict[str, Any], of_second: dict[str, Any]
) -> None:
    lines = (replace(line(1, 2), details=of_first), replace(line(2, 1), details=of_second))
    stored = replace(package(*lines), details=of_package)
    assert unpack(pack([stored])) == (stored,)


@given(DETAILS)
def test_what_is_handed_on_unread_is_stored_as_before(details: dict[str, Any]) -> None:
    stored = pack([replace(package(line(1, 2)), details=details)])
    assert pack(unpack(stored)) == stored


def test_details_can_be_looked_into() -> None:
    stored = replace(package(line(1, 2)), details={"note": "two\nlines", "price": Decimal("9.50")})
    (found,) = unpack(pack([stored]))
    details = found.details
    assert ({**details}, len(details), details["price"]) == (
        {"note": "two\nlines", "price": Decimal("9.5")},
        2,
        Decimal("9.5"),
    )
