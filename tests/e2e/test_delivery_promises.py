"""Nothing lost, nothing out of order, nobody else's problem: by numbers, against real receivers.

The small ones run each time; the large ones are `make soak`.
"""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from cleave.outbound.exchange import Deadlines
from cleave.store.table import Table
from cleave_cli.receiver import Answer, Received, Receiver, running_receiver
from cleave_cli.stack import LocalStack

from tests.support import rough_receivers
from tests.support.aws import create_table
from tests.support.delivery_world import LiveQueue, World
from tests.support.rough_receivers import rough_receiver

SCHEDULE = "1s 1s 2s 5s 10s 30s off 1d"
DEADLINES = Deadlines(connect=1, total=2)
ALIVE, DEAD = 501, 502


@pytest.fixture
def world(stack: LocalStack) -> Iterator[World]:
    client = stack.deployment.session.client("dynamodb", endpoint_url=stack.deployment.endpoint)
    name = f"deliveries-{uuid4()}"
    create_table(client, name)
    yield World(Table(client, name), LiveQueue())
    client.delete_table(TableName=name)


def flaky(seed: int, share: float) -> Callable[[Received], Answer]:
    """Fails so many requests, in several ways; after each failed one the message must come again."""
    dice = random.Random(seed)  # noqa: S311 - the same failures in each run
    answers = [Answer(500), Answer(503), Answer(301, {"Location": "http://127.0.0.1:1/"}), Answer(429)]
    return lambda _: dice.choice(answers) if dice.random() < share else Answer(200)


@pytest.mark.parametrize(
    ("orders", "events"), [(20, 5), pytest.param(500, 20, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_with_random_failures_every_event_arrives_and_in_order(world: World, orders: int, events: int) -> None:
    total = orders * events
    taken: list[Received] = []
    with running_receiver() as receiver:
        decide = flaky(7, 0.1)

        def respond(request: Received) -> Answer:
            answer = decide(request)
            if answer.status == 200:
                taken.append(request)
            return answer

        receiver.respond = respond
        world.webhook(ALIVE, receiver.url)
        with world.workers(8, SCHEDULE, DEADLINES):
            for sequence, order in itertools.product(range(1, events + 1), range(orders)):
                world.happen(ALIVE, f"O{order}", sequence)
            deadline = time.monotonic() + 30 + total
            while len({each.headers["webhook-id"] for each in taken}) < total and time.monotonic() < deadline:
                time.sleep(0.1)
    ids = [each.headers["webhook-id"] for each in taken]
    assert len(set(ids)) == total
    assert len(ids) == total, "told twice although it was taken"
    numbers: dict[str, list[int]] = {}
    for each in taken:
        lane = each.headers["webhook-id"].rpartition("-")[0]
        numbers.setdefault(lane, []).append(int(each.headers["webhook-sequence"]))
    assert all(found == list(range(1, events + 1)) for found in numbers.values())
    assert world.bell.longest < 100


def latencies(world: World, receiver: Receiver, prefix: str, count: int) -> list[float]:
    """From an event to its arrival at the receiver, one after the other, while the dead one's seller goes on too."""
    found = []
    for number in range(count):
        world.happen(DEAD, f"{prefix}{number}", 1)
        before = len(receiver.requests)
        started = time.monotonic()
        world.happen(ALIVE, f"{prefix}{number}", 1)
        (*_, last) = receiver.wait_for(before + 1)
        found.append(last.arrived_at - started)
    return found


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


@pytest.mark.parametrize(
    ("waiting", "events", "ratio"),
    [(900, 80, 2.0), pytest.param(50_000, 600, 1.2, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_a_dead_receiver_with_a_backlog_is_nobody_elses_problem(
    world: World, waiting: int, events: int, ratio: float
) -> None:
    with running_receiver() as alive, rough_receiver(rough_receivers.silent) as dead_url:
        world.webhook(ALIVE, alive.url)
        with world.workers(16, SCHEDULE, DEADLINES):
            latencies(world, alive, "warm", 20)
            without = p95(latencies(world, alive, "without", events))
            dead = world.webhook(DEAD, dead_url)
            world.fill(dead, waiting)
            world.bell.longest = 0
            beside = p95(latencies(world, alive, "with", events))
            longest = world.bell.longest
    print(f"p95 without {without * 1000:.1f} ms, beside the dead one {beside * 1000:.1f} ms: {beside / without:.2f}")  # noqa: T201 - the figure that soak is for
    assert longest <= 20  # the backlog is in the table, not in flight
    assert beside / without <= ratio
