"""What the real code finds in a simulation instead of AWS, time and chance."""

import contextlib
import functools
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import cleave.clock
import cleave.logs
import cleave.metrics
import cleave.observability
from cleave.application.operate import gauges, reconcile
from cleave.application.split.due_work import Cleared, Worker
from cleave.domain.cancellation import PackageRef
from cleave.entry import resources
from cleave.outbound import exchange
from cleave.outbound import resources as outbound
from cleave.store import due, keys
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table import retry
from cleave.table import table as table_module
from cleave.table.table import Table

from tests.simulation.scheduler import Scheduler
from tests.support.environment import new_environment

START = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)
_SHARDS = 2
_VARIABLES = {
    "TABLE_NAME": "simulated",
    "DELIVERY_QUEUE_URL": "queue",
    "SECRETS_KEY_ID": "key",
    "ALLOW_LOCAL_WEBHOOKS": "true",
    "FAILED_RECORDS_BUCKET": "failed",
    "SPLIT_QUIET_MS": "250",
    "SPLIT_LONGEST_MS": "1000",
    "WEBHOOK_TRACKS": "2",
}


@dataclass
class LambdaEnvironment:
    """What one environment of a function keeps between invocations, and loses when it ends."""

    numbers: TrackingNumbers = field(default_factory=TrackingNumbers)
    cleared: Cleared = field(default_factory=Cleared)


@dataclass(frozen=True)
class OfEnvironment:
    """The current environment's numbers and packages that it has cleared, whoever asks."""

    scheduler: Scheduler

    @property
    def _own(self) -> LambdaEnvironment:
        found = self.scheduler.current.environment
        if not isinstance(found, LambdaEnvironment):
            found = self.scheduler.current.environment = LambdaEnvironment()
        return found

    def take(self, table: Table, count: int) -> list[int]:
        """As TrackingNumbers."""
        return self._own.numbers.take(table, count)

    def add(self, ref: PackageRef) -> None:
        """As Cleared."""
        self._own.cleared.add(ref)

    def __contains__(self, ref: PackageRef) -> bool:
        return ref in self._own.cleared


@dataclass
class SilentLogger:
    """In place of the logger; ``heard`` hears of errors, by their code and the exception that was caught."""

    heard: Any

    def info(self, *_: object, **__: object) -> None:
        """Nothing."""

    def warning(self, code: str, **fields: Any) -> None:
        """Passed on, with what was caught."""
        self.heard(code, {**fields.get("extra", {}), "caught": repr(sys.exception())[:200]})

    error = warning

    def set_correlation_id(self, _: str | None) -> None:
        """Nothing."""


class SilentMetrics:
    """In place of Powertools' documents."""

    metric_set: Sequence[object] = ()

    def __init__(self, **_: object) -> None:
        """As Powertools'."""

    def add_metric(self, *_: object) -> None:
        """Nothing."""


def moment(milliseconds: float) -> datetime:
    """A virtual time as the code sees it."""
    return START + timedelta(milliseconds=int(milliseconds))


@contextlib.contextmanager
def installed(scheduler: Scheduler, clients: object, pools: object, heard: Any) -> Iterator[None]:
    """Time, chance and AWS are the simulation's for as long as the block runs. ``clients`` has ``create_client``."""
    logger = SilentLogger(heard)
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict("os.environ", _VARIABLES))
        for target, name, value in (
            *_of_time(scheduler),
            *_of_environments(scheduler),
            (resources, "session_for", lambda _: clients),
            (outbound, "checked_pools", lambda **_: pools),
            (cleave.logs, "logger", logger),
            (cleave.observability, "logger", logger),
            (cleave.metrics, "EphemeralMetrics", SilentMetrics),
            *((module, "SHARDS", _SHARDS) for module in (due, reconcile, gauges)),
            (keys, "DUE_SHARDS", _SHARDS),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        new_environment()
        try:
            yield
        finally:
            new_environment()


def _of_time(scheduler: Scheduler) -> Sequence[tuple[Any, str, Any]]:
    """What has to do with time and chance."""
    chance = random.Random(f"{scheduler.seed}/chance")
    clock = SimpleNamespace(monotonic=lambda: scheduler.now / 1000)

    def now() -> datetime:
        return moment(scheduler.now + (scheduler.current.skew if scheduler.is_running else 0))

    return (
        (cleave.clock, "now", now),
        (resources, "time", clock),
        (table_module, "time", clock),
        (exchange, "deadline", _no_deadline),
        (exchange, "time", SimpleNamespace(perf_counter=clock.monotonic)),
        (outbound, "random", chance),
        (retry, "random", chance),
        (uuid, "os", SimpleNamespace(urandom=chance.randbytes)),
    )


def _of_environments(scheduler: Scheduler) -> Sequence[tuple[Any, str, Any]]:
    """What pauses, and what each environment of a function has of its own."""
    own = OfEnvironment(scheduler)

    def pause(seconds: float) -> None:
        scheduler.sleep(seconds * 1000)

    return (
        (resources, "Table", functools.partial(Table, pause=pause)),
        (resources, "TrackingNumbers", lambda _: own),
        (outbound, "Worker", functools.partial(Worker, pause=pause)),
        (outbound, "Cleared", lambda: own),
    )


@contextlib.contextmanager
def _no_deadline(_: float) -> Iterator[SimpleNamespace]:
    """A simulated receiver that takes too long ends its exchange itself; a timer is a thread."""
    yield SimpleNamespace(passed=False)
