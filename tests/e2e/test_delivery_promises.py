"""Nothing lost, nothing out of order, nobody else's problem: by numbers, against real receivers.

The large runs are in tests/soak.
"""

import itertools
from collections.abc import Iterator

import pytest
from cleave_cli.receiver import Answer, Received, running_receiver
from cleave_cli.stack import LocalStack

from tests.support.delivery_world import World
from tests.support.promises import (
    ALIVE,
    DEADLINES,
    SCHEDULE,
    count,
    count_with_random_failures,
    measure_isolation,
    running_world,
)


@pytest.fixture
def world(stack: LocalStack) -> Iterator[World]:
    """The delivery side on a table of its own."""
    with running_world(stack) as running:
        yield running


def test_with_random_failures_every_event_arrives_once_and_in_order(world: World) -> None:
    counted = count_with_random_failures(world, orders=20, events=5)
    assert len(set(counted.ids)) == len(counted.ids) == 100
    assert counted.asked > 100, "some were refused"
    assert list(counted.numbers.values()) == [[1, 2, 3, 4, 5]] * 20
    assert world.bell.longest < 100


def test_a_dead_receiver_with_a_backlog_is_nobody_elses_problem(world: World) -> None:
    isolation = measure_isolation(world, waiting=900, events=80)
    assert isolation.longest_queue <= 20, "the backlog is in the table, not in flight"
    assert isolation.added < DEADLINES.total / 10


def test_a_receiver_that_misbehaves_in_every_way_gets_everything_in_order(world: World) -> None:
    misbehaviour = [
        Answer(200, delay_seconds=DEADLINES.total + 0.5),
        Answer(200, {"Content-Length": "100", "Connection": "close"}, b"broken off"),
        Answer(500),
        Answer(301, {"Location": "http://127.0.0.1:1/"}),
        Answer(429, {"Retry-After": "1"}),
        Answer(503),
    ]
    answers, taken = iter(misbehaviour), list[Received]()

    def respond(request: Received) -> Answer:
        answer = next(answers, Answer(200))
        if answer not in misbehaviour:
            taken.append(request)
        return answer

    with running_receiver() as receiver:
        receiver.respond = respond
        world.webhook(ALIVE, receiver.url)
        with world.workers(4, SCHEDULE, DEADLINES):
            for sequence, order in itertools.product((1, 2, 3), ("A", "B")):
                world.happen(ALIVE, order, sequence)
            receiver.wait_for(len(misbehaviour) + 6, timeout=40)
    counted = count(taken, len(receiver.requests))
    assert counted.numbers == {f"{ALIVE}-A": [1, 2, 3], f"{ALIVE}-B": [1, 2, 3]}
    assert counted.asked == len(misbehaviour) + 6
