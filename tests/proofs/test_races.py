"""64 callers at once, on an engine whose transactions are atomic: one winner, and a documented answer for the rest."""

import pytest

from tests.proofs.races import RACES, Arena, Race
from tests.support.world import World

ROUNDS = 2


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_one_wins_and_all_others_get_the_documented_answer(world: World, race: Race) -> None:
    arena = Arena(world)
    for _ in range(ROUNDS):
        race(arena)
