"""The whole service in one process: the table, its stream's lanes, the queue, the schedule, and receivers."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from cleave.table.table import Table

from tests.simulation.clients import Air, SimulatedDynamoDb, SimulatedKms
from tests.simulation.engine import Engine
from tests.simulation.environment import START, LambdaEnvironment, installed
from tests.simulation.expressions import Image
from tests.simulation.items import Place
from tests.simulation.lanes import POLL_MS, Lane
from tests.simulation.queue import SimulatedQueue
from tests.simulation.receivers import SimulatedPools
from tests.simulation.scheduler import Actor, Scheduler
from tests.support.breaker import Killed
from tests.support.stream_source import as_lambda_sends
from tests.support.template import resources
from tests.support.world import handler


@functools.cache
def timeout_ms(function: str) -> float:
    """How long an invocation of ``functions/{function}`` may take."""
    for each in resources("AWS::Serverless::Function").values():
        if each["CodeUri"] == f"functions/{function}":
            return 1000.0 * float(each.get("Timeout", 10))
    raise LookupError(function)


@dataclass(frozen=True)
class Context:
    """Lambda's."""

    scheduler: Scheduler

    def get_remaining_time_in_millis(self) -> float:
        """Until the time-out."""
        return self.scheduler.current.deadline - self.scheduler.now


@dataclass
class Invocations:
    """What became of them. ``failed`` are those that failed though nothing was done to them."""

    count: int = 0
    killed: int = 0
    failed: list[str] = field(default_factory=list)


class World:
    """``errors`` are what the code logged as failed. ``excused``: an item is damaged, so that some things must fail."""

    def __init__(self, scheduler: Scheduler, lanes: int = 3, consumers: int = 3) -> None:
        """A service of which nothing runs yet."""
        self.scheduler = scheduler
        self.air = Air(scheduler)
        self.engine = Engine(lambda: int(scheduler.now), written=self._written)
        self.engine.items.lag = self._lag
        self.dynamodb = SimulatedDynamoDb(self.engine, self.air)
        self.queue = SimulatedQueue(self.air, self._message_arrived)
        self.pools = SimulatedPools(self.air)
        self.table = Table(self.engine, "simulated")  # type: ignore[arg-type] # as far as the store uses a client
        self.invocations = Invocations()
        self.errors: list[tuple[float, str, dict[str, Any]]] = []
        self.excused = False
        self.watchers: list[Callable[[Place, Image | None, Image | None], None]] = []
        self.lanes = [self._lane(number) for number in range(lanes)]
        self.consumers = [scheduler.spawn(f"queue-{n}", self._consume, awaited=False) for n in range(consumers)]
        self.schedule = scheduler.spawn("reconcile", self._reconcile, awaited=False)
        self.records = 0

    def create_client(self, service: str, **_: object) -> Any:
        """In place of botocore's session."""
        clients = {"dynamodb": self.dynamodb, "sqs": self.queue, "kms": SimulatedKms(), "s3": self}
        return {**clients, "secretsmanager": self}[service]

    def get_secret_value(self, **_: object) -> dict[str, str]:
        return {"SecretString": "simulated"}

    def list_objects_v2(self, **_: object) -> dict[str, int]:
        """The bucket of what the stream's source gave up."""
        return {"KeyCount": sum(len(lane.source.given_up) for lane in self.lanes)}

    @contextlib.contextmanager
    def installed(self) -> Iterator["World"]:
        """The code finds this world for as long as the block runs; then all actors end."""
        with installed(self.scheduler, self, self.pools, self._heard):
            try:
                yield self
            finally:
                self.scheduler.stop()

    def _heard(self, code: str, fields: dict[str, Any]) -> None:
        self.errors.append((self.scheduler.now, code, fields))

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """One invocation by the current actor; None if it ended before it answered."""
        actor, scheduler = self.scheduler.current, self.scheduler
        self.invocations.count += 1
        actor.deadline, actor.dead, actor.faults = scheduler.now + timeout_ms(function), False, 0
        actor.skew, actor.began = self._skew(actor), scheduler.steps
        try:
            return handler(function)(event, Context(scheduler))
        except Killed:
            if scheduler.stopping:
                raise
            self.invocations.killed += 1
            actor.environment = LambdaEnvironment()
            return None
        finally:
            actor.deadline, actor.dead = float("inf"), False

    def _skew(self, actor: Actor) -> int:
        """Each machine's clock is wrong by as much each time."""
        most = self.air.rates.skew_ms
        return crc32(f"{self.scheduler.seed}/{actor.name}".encode()) % (2 * most + 1) - most if most else 0

    def blame(self, what: str) -> None:
        """Something failed in the current invocation; nobody's fault but the code's, if nothing was done to it."""
        if not self.scheduler.current.faults and not self.excused:
            self.invocations.failed.append(f"{what} at {self.scheduler.now:.0f} ms: {self.errors[-1:]}")

    # ------------------------------------------------------------------------------------------------------ stream

    def _written(self, place: Place, old: Image | None, new: Image | None) -> None:
        for watcher in self.watchers:
            watcher(place, old, new)
        if new is None or "due" not in new:
            return
        if self.schedule.wake_at == float("inf"):
            self.scheduler.wake(self.schedule, 1000)
        if place[0].startswith(("PACKAGE#", "ORDER#")):
            self.records += 1
            record = {
                "eventName": "MODIFY" if old else "INSERT",
                "dynamodb": {"SequenceNumber": str(self.records), "NewImage": new},
            }
            self.lanes[crc32(place[0].encode()) % len(self.lanes)].take(as_lambda_sends(record))

    def _lane(self, number: int) -> Lane:
        lane = Lane(self)
        lane.actor = self.scheduler.spawn(f"stream-{number}", lane.run, awaited=False)
        return lane

    def _lag(self) -> int:
        most = self.air.rates.lag
        return self.scheduler.current.rng.randrange(most + 1) if most and self.scheduler.is_running else 0

    # ----------------------------------------------------------------------------------------- queue and schedule

    def _message_arrived(self, delay: float) -> None:
        for consumer in self.consumers:
            self.scheduler.wake(consumer, delay + POLL_MS)

    def _consume(self) -> None:
        while True:
            message = self.queue.take()
            if message is None:
                due = self.queue.next_due
                self.scheduler.sleep(float("inf") if due is None else max(due - self.scheduler.now, POLL_MS))
                continue
            event = {"Records": [{"messageId": str(message.number), "body": message.body}]}
            answer = self.invoke("deliver_webhook", event)
            if answer is None:
                continue
            if answer["batchItemFailures"]:
                self.blame("deliver_webhook")
            else:
                self.queue.done(message)

    def _reconcile(self) -> None:
        """Each minute in which something is due; else it would look, and find nothing."""
        while True:
            due = self.next_due()
            if due is None:
                self.scheduler.park()
                continue
            minute = max(self.scheduler.now, due) // 60_000 + 1
            self.scheduler.sleep(60_000 * minute - self.scheduler.now)
            if self.next_due() is not None:
                self._reconcile_once()

    def _reconcile_once(self) -> None:
        try:
            answer = self.invoke("reconcile", {})
        except Exception:  # noqa: BLE001 - Lambda would log it; whether it may fail is judged here
            self.blame("reconcile")
            return
        if answer is not None and answer["failed"]:
            self.blame("reconcile")

    def next_due(self) -> float | None:
        """When the first thing that is listed as due is, in virtual milliseconds; None where nothing is."""
        self.engine.items.catch_up()
        index = self.engine.items.indexes["due"]
        found = [int(image["due"]["N"]) for entries in index.entries.values() for image in entries.values()]
        return min(found) - START.timestamp() * 1000 if found else None
