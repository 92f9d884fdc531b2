"""docs/aws.md has a row for each of its points, with evidence that is there."""

import re

from cleave_cli.rehearsal.steps import STEPS

from tests.support.template import ROOT

TEXT = (ROOT / "docs/aws.md").read_text()
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \| (.*) \|$", TEXT, re.MULTILINE)}


def test_each_point_has_a_row_with_a_test_that_is_there() -> None:
    assert list(ROWS) == list(range(1, 15))
    for number, row in ROWS.items():
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, number
        assert [each for each in named if not (ROOT / each).exists()] == []
        assert "not yet" not in row, number


def test_each_step_of_the_rehearsal_is_told() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", TEXT.partition("## The rehearsal")[2], re.MULTILINE) == list(STEPS)
