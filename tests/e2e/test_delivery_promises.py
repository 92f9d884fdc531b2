"""Nothing lost, nothing out of order, nobody else's problem: by numbers, against real receivers.

The large runs are in tests/soak.
"""

from tests.support.delivery_world import World
from tests.support.promises import count_with_random_failures, measure_isolation


def test_with_random_failures_every_event_arrives_once_and_in_order(world: World) -> None:
    counted = count_with_random_failures(world, orders=20, events=5)
    assert len(set(counted.ids)) == len(counted.ids) == 100
    assert counted.asked > 100, "some were refused"
    assert list(counted.numbers.values()) == [[1, 2, 3, 4, 5]] * 20
    assert world.bell.longest < 100


def test_a_dead_receiver_with_a_backlog_is_nobody_elses_problem(world: World) -> None:
    isolation = measure_isolation(world, waiting=900, events=80)
    assert isolation.longest_queue <= 20, "the backlog is in the table, not in flight"
    assert isolation.ratio <= 2.0
