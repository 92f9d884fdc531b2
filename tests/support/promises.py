"""Promises 5, 7 and 8 by numbers, against real receivers: the same runs, small in `make test`, large in `make soak`."""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from cleave.outbound.exchange import Deadlines
from cleave.table.table import Table
from cleave_cli.receiver import Answer, Received, Receiver, running_receiver
from cleave_cli.stack import LocalStack

from tests.support import rough_receivers
from tests.support.aws import create_table
from tests.support.delivery_world import LiveQueue, World
from tests.support.rough_receivers import rough_receiver
from tests.support.template import template

SCHEDULE = "1s 1s 2s 5s 10s 30s off 1d"
PRODUCTS_SCHEDULE: str = template()["Parameters"]["RetrySchedule"]["Default"]
DEADLINES = Deadlines(connect=1, total=2)
ALIVE, DEAD = 501, 502


@contextmanager
def running_world(stack: LocalStack) -> Iterator[World]:
    """The delivery side, with workers of our own, on a fresh table of the engine's."""
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


@dataclass(frozen=True)
class Counted:
    """What a receiver took: webhook-ids as they came, and the numbers of each order as they came."""

    ids: list[str]
    numbers: dict[str, list[int]]
    asked: int


def count_with_random_failures(world: World, orders: int, events: int) -> Counted:
    """Let so many orders have so many events each, told to a receiver that fails one request in ten."""
    total = orders * events
    taken: list[Received] = []
    decide = flaky(7, 0.1)

    def respond(request: Received) -> Answer:
        answer = decide(request)
        if answer.status == 200:
            taken.append(request)
        return answer

    with running_receiver() as receiver:
        receiver.respond = respond
        world.webhook(ALIVE, receiver.url)
        with world.workers(8, SCHEDULE, DEADLINES):
            for sequence, order in itertools.product(range(1, events + 1), range(orders)):
                world.happen(ALIVE, f"O{order}", sequence)
            deadline = time.monotonic() + 30 + total / 5
            while len({each.headers["webhook-id"] for each in taken}) < total and time.monotonic() < deadline:
                time.sleep(0.1 + total / 10_000)
        return count(taken, len(receiver.requests))


def count(taken: list[Received], asked: int) -> Counted:
    """By webhook-id and webhook-sequence, as a receiver would."""
    numbers: dict[str, list[int]] = {}
    for each in taken:
        order = each.headers["webhook-id"].rpartition("-")[0]
        numbers.setdefault(order, []).append(int(each.headers["webhook-sequence"]))
    return Counted([each.headers["webhook-id"] for each in taken], numbers, asked)


@dataclass(frozen=True)
class Isolation:
    """The p95 of a receiver's latencies in seconds, and the longest that the queue was."""

    alone: float
    beside_dead: float
    longest_queue: int

    @property
    def added(self) -> float:
        """What the dead one costs the other, in seconds: its deadline is 2, and no ratio shows that of a few ms."""
        return self.beside_dead - self.alone


def measure_isolation(world: World, waiting: int, events: int) -> Isolation:
    """A receiver's latencies without, and with, a receiver beside it that never answers and that much waits for.

    The local engine sorts a whole partition for each query, where DynamoDB reads a page: 0.5 s with 50,000 waiting, in
    which it serves nobody. So each query of the backlog counts against us here, as it would not there.
    """
    with running_receiver() as alive, rough_receiver(rough_receivers.silent) as dead_url:
        world.webhook(ALIVE, alive.url)
        with world.workers(16, PRODUCTS_SCHEDULE, DEADLINES):
            latencies(world, alive, "warm", 20)
            alone = p95(latencies(world, alive, "without", events))
            world.fill(world.webhook(DEAD, dead_url), waiting)
            world.bell.longest = 0
            beside_dead = p95(latencies(world, alive, "with", events))
            return Isolation(alone, beside_dead, world.bell.longest)


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
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]
