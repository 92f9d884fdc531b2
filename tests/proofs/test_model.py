"""The state machine of ``tests.proofs.machine``, as long as a test run can wait for it."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proofs.machine import CleaveMachine, Tally
from tests.support.world import World

STEPS_PER_EXAMPLE = 100
STEPS = int(os.environ.get("CLEAVE_MODEL_STEPS", "2000"))


def test_promises_hold_after_every_step_of_anything_that_can_happen(world: World) -> None:
    CleaveMachine.world, CleaveMachine.tally = world, Tally()
    run_state_machine_as_test(
        CleaveMachine,
        settings=settings(
            max_examples=STEPS // 80 + 2,  # some end early
            stateful_step_count=STEPS_PER_EXAMPLE,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert CleaveMachine.tally.steps >= STEPS
    print(CleaveMachine.tally)  # noqa: T201 - what was done, for those who ask for it by -s
