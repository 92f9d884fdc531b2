"""10,000 events with random failures, and 50,000 that wait for a dead receiver. Prints what it measured."""

import time

import pytest

from tests.support.delivery_world import World
from tests.support.promises import count_with_random_failures, measure_isolation

pytestmark = pytest.mark.timeout(3600)


def test_of_10_000_events_with_random_failures_none_is_lost_or_out_of_order(world: World) -> None:
    started = time.monotonic()
    counted = count_with_random_failures(world, orders=500, events=20)
    seconds = time.monotonic() - started
    print(f"{len(counted.ids)} taken in {counted.asked} requests, {seconds:.0f} s; queue at most {world.bell.longest}")  # noqa: T201 - the figure that soak is for
    assert len(set(counted.ids)) == len(counted.ids) == 10_000
    assert list(counted.numbers.values()) == [list(range(1, 21))] * 500
    # Timers are of lanes that failed just now, never of what waits behind them.
    assert world.bell.longest < 100


def test_50_000_events_that_wait_for_a_dead_receiver_do_not_delay_another(world: World) -> None:
    isolation = measure_isolation(world, waiting=50_000, events=1000)
    alone, beside = (f"{seconds * 1000:.1f} ms" for seconds in (isolation.alone, isolation.beside_dead))
    print(f"p95 alone {alone}, beside the dead one {beside}: {isolation.added * 1000:.1f} ms more")  # noqa: T201 - the figure that soak is for
    assert isolation.longest_queue <= 20
    assert isolation.added < 0.05
