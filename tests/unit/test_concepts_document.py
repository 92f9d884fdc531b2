"""The drawing of a package's states has the arrows that the rules allow."""

import re

from cleave.domain.progress import follows
from cleave.domain.status import CANCELLABLE, CLOSED, Status

from tests.support.template import ROOT

_ARROW = re.compile(r"^ +(\w+) --> (\w+)", re.MULTILINE)
# A line's own words; a package is in none of them.
_OF_LINES = {Status.UNSUPPLIED, Status.VERIFIED}
_REPORTED = {*Status} - _OF_LINES - CLOSED


def arrows() -> set[tuple[str, str]]:
    text = (ROOT / "docs/concepts.md").read_text(encoding="utf-8")
    return set(_ARROW.findall(text.split("## The states of a package\n")[1].split("\n## ")[0]))


def test_a_report_moves_a_package_along_the_arrows_and_no_other_way() -> None:
    drawn = {(before, after) for before, after in arrows() if after not in CLOSED}
    for _ in _REPORTED:
        drawn |= {(first, last) for first, middle in drawn for again, last in drawn if middle == again}
    assert drawn == {(a, b) for a in _REPORTED for b in _REPORTED if follows(a, b)}


def test_an_arrow_to_a_closed_state_begins_where_units_can_be_taken_out_or_were_not_paid() -> None:
    into = {closed: {before for before, after in arrows() if after == closed} for closed in CLOSED}
    unpaid = {status for status in _REPORTED if follows(status, Status.CANCELLED)}
    assert into == {Status.CANCELLED: CANCELLABLE | unpaid, Status.UNPACKED: CANCELLABLE}
