"""The state machine of ``tests.proofs.machine``, as long as a test run can wait for it."""

import pytest

from tests.proofs.machine import CleaveMachine, Tally, run_examples
from tests.support.world import World

STEPS = 2_000


@pytest.mark.timeout(900)  # 40 s of one core
def test_promises_hold_after_every_step_of_anything_that_can_happen(world: World) -> None:
    CleaveMachine.world, CleaveMachine.tally = world, Tally()
    seed = 0
    while CleaveMachine.tally.steps < STEPS:
        run_examples(seed)
        seed += 1
    assert min(vars(CleaveMachine.tally).values()) > 0, CleaveMachine.tally
