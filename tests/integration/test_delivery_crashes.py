"""Whoever dies between whichever two calls: everything is told, in order, without anybody's help."""

import pytest
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.killing import Killer
from tests.support.story import CALLS, LONELY_CALLS, first_times, lonely_story, story

NEVER = 10**9


@pytest.mark.parametrize("after", range(5, CALLS, 83))
def test_nothing_is_lost_or_turned_around_when_a_process_dies_between_two_calls(
    table: Table, clock: FrozenClock, after: int
) -> None:
    """tests/soak does it between each two."""
    killer = Killer(after)
    script = story(table, clock, killer)
    assert killer.killed
    assert {order: first_times(script, order) for order in "ABC"} == {order: [1, 2] for order in "ABC"}
    assert len(script.told) <= 6 + 1, "at most the one request whose note was lost came again"


def test_the_story_makes_about_as_many_calls_as_are_killed(table: Table, clock: FrozenClock) -> None:
    killer = Killer(NEVER)
    story(table, clock, killer)
    assert CALLS <= killer.calls < CALLS + 50


@pytest.mark.parametrize("after", range(LONELY_CALLS - 20, LONELY_CALLS, 3))
def test_a_message_that_waits_alone_is_tried_again_whenever_its_handler_dies(
    table: Table, clock: FrozenClock, after: int
) -> None:
    """Its next try may lie further ahead than the time after which the queue brings a dead handler's message again.

    These are the calls around that try; tests/soak dies before each of all.
    """
    killer = Killer(after)
    script = lonely_story(table, clock, killer)
    assert killer.killed
    assert first_times(script, "A") == [1]
