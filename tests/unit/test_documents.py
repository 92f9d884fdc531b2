"""Packages are read back as they were stored, whatever they hold, and what they share is stored once."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cleave.domain.package import Carriage, HistoryEntry, Package, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.status import Status
from cleave.store.details import Details
from cleave.store.dictionary import DICTIONARIES, NEWEST
from cleave.store.documents import checked, pack, unpack
from hypothesis import given
from hypothesis import strategies as st

from tests.unit import strategies
from tests.unit.builders import START, line, package

FRACTIONS = st.decimals(-(10**9), 10**9, places=2).filter(lambda each: each != each.to_integral_value())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | FRACTIONS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
DETAILS = st.dictionaries(st.text(), VALUES, max_size=4)
IDS = st.integers(1, 2**53)
SAID = st.none() | st.text(max_size=5) | st.integers(0, 2**53)
WHY = st.none() | st.builds(UnitsCancelled, st.text(max_size=9), st.sampled_from(Reason), st.sampled_from(CancelledBy))


@st.composite
def whole_packages(draw: st.DrawFn) -> Package:
    """With something, or nothing, in every field."""
    made = draw(strategies.packages())
    return replace(
        made,
        package_id=draw(IDS),
        storefront=draw(st.text(max_size=3)),
        status=draw(st.sampled_from([*Status, "OnHold"])),
        lines=tuple(replace(each, details=draw(DETAILS), cancelled=draw(WHY)) for each in made.lines),
        history=tuple(HistoryEntry(START, draw(st.sampled_from(Status))) for _ in range(draw(st.integers(0, 3)))),
        seller_pays=draw(st.booleans()),
        tracking_number=draw(st.none() | IDS),
        details=draw(DETAILS),
        origin_ids=tuple(draw(st.lists(IDS, max_size=2))),
        parent_id=draw(st.none() | IDS),
        successor_ids=tuple(draw(st.lists(IDS, max_size=3))),
        caused_by=tuple(draw(st.lists(st.text(), max_size=2))),
        carriage=Carriage(draw(SAID), draw(st.none() | st.text(max_size=3)), draw(SAID), draw(st.none() | st.text())),
        invoice_number=draw(SAID),
        inherited_chain=draw(st.none() | IDS),
    )


@given(st.lists(whole_packages(), max_size=3))
def test_packages_come_back_as_they_were(stored: list[Package]) -> None:
    assert unpack(pack(stored)) == tuple(stored)


@given(DETAILS, DETAILS, DETAILS)
def test_details_come_back_as_they_were_each_with_its_own(
    of_package: dict[str, Any], of_first: dict[str, Any], of_second: dict[str, Any]
) -> None:
    lines = (replace(line(1, 2), details=of_first), replace(line(2, 1), details=of_second))
    stored = replace(package(*lines), details=of_package)
    assert unpack(pack([stored])) == (stored,)


@given(st.lists(whole_packages(), min_size=1, max_size=2))
def test_what_is_handed_on_unread_is_stored_as_before(packages: list[Package]) -> None:
    stored = pack(packages)
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


def noise(kilobytes: int) -> str:
    """What no compression makes smaller than half, and longer than zlib looks back."""
    return random.Random(7).randbytes(kilobytes * 512).hex()  # noqa: S311 - no secret, and the same each time


@pytest.mark.parametrize("handed_on", [False, True])
def test_details_that_lines_and_packages_share_are_stored_once(*, handed_on: bool) -> None:
    one = package(replace(line(1, 1), details={"notes": noise(40)}))
    (read,) = unpack(pack([one]))
    shared = (read if handed_on else one).lines[0].details
    parts = tuple(replace(line(1, 1), details=shared) for _ in range(50))
    assert len(pack([package(*parts), package(*parts)])) < len(pack([one])) + 2_000


def test_a_document_says_with_which_dictionary_it_was_packed() -> None:
    packed = pack([package(line(1, 1))])
    assert packed[0] == NEWEST
    for unknown in (b"", bytes([0]) + packed[1:], bytes([NEWEST + 1]) + packed[1:]):
        with pytest.raises(ValueError, match="unknown version"):
            unpack(unknown)


def test_a_dictionary_never_changes() -> None:
    """What was packed with one can be unpacked with the same alone: a better one gets the next number."""
    assert {number: zlib.crc32(dictionary) for number, dictionary in DICTIONARIES.items()} == {
        1: 1818199301,
        2: 1537307111,
    }


@pytest.mark.parametrize("kept", [1, 2, 20, -1])
def test_a_document_that_was_cut_off_is_damaged(kept: int) -> None:
    with pytest.raises(ValueError, match=r"cut off|damaged"):
        unpack(pack([package(line(1, 1), line(2, 3))])[:kept])


# What ``store.formats.read_with`` makes an unreadable item of.
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@given(st.integers(1, 200), st.integers(1, 255))
def test_a_document_with_a_wrong_byte_is_damaged_or_another_and_never_breaks_its_reader(place: int, other: int) -> None:
    packed = bytearray(pack([package(line(1, 1), line(2, 3))]))
    packed[place % len(packed) or 1] ^= other
    try:
        found: Sequence[Package] = unpack(bytes(packed))
    except DAMAGED:
        return
    assert all(isinstance(each, Package) for each in found)


WRONG_TYPES: dict[str, Any] = {
    "package_id": "7",
    "seller_id": None,
    "storefront": 1,
    "order_number": None,
    "created_by": 1,
    "origin_ids": "77",
    "parent_id": "7",
    "successor_ids": "77",
    "caused_by": [1],
    "inherited_chain": [7],
    "history": [HistoryEntry(START, 1)],  # type: ignore[arg-type] # as it is damaged
}


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_what_is_of_another_type_in_a_document_is_damaged(name: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        unpack(pack([replace(package(line(1, 1)), **{name: WRONG_TYPES[name]})]))


LINES_WRONG_TYPES: dict[str, Any] = {
    "line_id": "7",
    "stock_code": 1,
    "item_number": 1,
    "cancelled": UnitsCancelled(7, Reason.DAMAGED_PRODUCT, CancelledBy.SELLER),  # type: ignore[arg-type] # the same
}


@pytest.mark.parametrize("name", LINES_WRONG_TYPES)
def test_what_is_of_another_type_in_a_line_is_damaged(name: str) -> None:
    wrong = replace(line(1, 1), **{name: LINES_WRONG_TYPES[name]})
    with pytest.raises((ValueError, TypeError)):
        unpack(pack([package(wrong)]))


@pytest.mark.parametrize("details", ["", "{", "[]", "null", '"text"', "7"])
def test_damaged_details_are_found_by_who_shows_them(details: str) -> None:
    whole = line(1, 1)
    for each in (
        replace(package(whole), details=Details(details)),
        package(whole, replace(line(2, 1), details=Details(details))),
    ):
        (handed_on,) = unpack(pack([each]))
        with pytest.raises(ValueError, match=r"without names|Expecting"):
            checked(handed_on)
    checked(unpack(pack([package(whole)]))[0])
