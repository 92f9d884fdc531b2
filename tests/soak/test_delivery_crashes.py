"""A process dies at each single call of a story of deliveries."""

import pytest
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.killing import Killer
from tests.support.story import CALLS, LONELY_CALLS, first_times, lonely_story, story


@pytest.mark.parametrize("after", range(CALLS + 50))
def test_nothing_is_lost_or_turned_around_when_a_process_dies_before_any_call(
    table: Table, clock: FrozenClock, after: int
) -> None:
    script = story(table, clock, Killer(after))
    assert {order: first_times(script, order) for order in "ABC"} == {order: [1, 2] for order in "ABC"}
    assert len(script.told) <= 6 + 1


@pytest.mark.parametrize("after", range(LONELY_CALLS))
def test_a_message_that_waits_alone_is_told_when_a_process_dies_before_any_call(
    table: Table, clock: FrozenClock, after: int
) -> None:
    assert first_times(lonely_story(table, clock, Killer(after)), "A") == [1]
