"""Functions that end between any two of their calls, and answers that get lost: the end is as if nothing had been."""

import pytest

from tests.proofs.killed import break_everywhere
from tests.proofs.killed_stories import STORIES
from tests.support.world import World


@pytest.mark.parametrize("step", STORIES)
def test_a_step_that_is_broken_off_anywhere_ends_as_if_it_had_not_been(world: World, step: str) -> None:
    assert break_everywhere(world, STORIES[step], step, every_way=False) > 1
