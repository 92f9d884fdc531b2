"""Counts what clients send and what DynamoDB charges for it, where the clients themselves send and receive it."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.charges import Charges, Units

_WRITES = frozenset({"UpdateItem", "TransactWriteItems", "PutItem", "DeleteItem"})
_PARAMS, _BEFORE = "cleave_benchmark_params", "cleave_benchmark_before"


@dataclass(slots=True)
class Call:
    """A request to the database, repeats by the SDK included, and the units charged for it."""

    name: str
    reads: Units = field(default_factory=dict)
    writes: Units = field(default_factory=dict)


@dataclass(slots=True)
class Bill:
    """What was sent and charged. ``cpu`` is this process' time in seconds, without our own counting;
    ``trips_to_the_message`` how many calls were sent before the first message, if one was."""

    calls: list[Call] = field(default_factory=list)
    messages: int = 0
    cpu: float = 0
    trips_to_the_message: int | None = None

    @property
    def round_trips(self) -> int:
        """To the database."""
        return len(self.calls)

    @property
    def reads(self) -> float:
        """Read units of the table and its indexes."""
        return sum(sum(call.reads.values()) for call in self.calls)

    @property
    def writes(self) -> float:
        """Write units of the table and its indexes."""
        return sum(sum(call.writes.values()) for call in self.calls)

    @property
    def spelled(self) -> str:
        """For example ``2 Query, TransactWriteItems``."""
        counts = Counter(call.name for call in self.calls)
        return ", ".join(name if n == 1 else f"{n} {name}" for name, n in counts.items())


class Meter:
    """Reads the bills of a DynamoDB client and a queue's client. ``plain`` is a DynamoDB client that nobody counts."""

    def __init__(self, database: Any, queue: Any, plain: Any) -> None:  # noqa: ANN401 - boto3's clients
        self._charges = Charges(plain)
        self._bill: Bill | None = None
        self._own = 0.0
        events = database.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("before-send.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._charged)
        queue.meta.events.register("before-send.sqs", self._queued)

    @contextmanager
    def open(self) -> Iterator[Bill]:
        """The bill of what is sent while the context is open."""
        self._bill = bill = Bill()
        self._own = 0.0
        started = time.process_time()
        try:
            yield bill
        finally:
            bill.cpu = time.process_time() - started - self._own
            self._bill = None

    @contextmanager
    def _counting(self) -> Iterator[None]:
        started = time.process_time()
        yield
        self._own += time.process_time() - started

    def _ask(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401
        if self._bill is None:
            return
        with self._counting():
            context[_PARAMS] = params
            if model.name in _WRITES:
                params["ReturnConsumedCapacity"] = "INDEXES"
                context[_BEFORE] = self._charges.stored(params)

    def _sent(self, event_name: str, **_: object) -> None:
        if self._bill is not None:
            self._bill.calls.append(Call(event_name.rpartition(".")[2]))

    def _queued(self, **_: object) -> None:
        if self._bill is not None:
            self._bill.messages += 1
            if self._bill.trips_to_the_message is None:
                self._bill.trips_to_the_message = len(self._bill.calls)

    def _charged(self, parsed: Mapping[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401
        if self._bill is None:
            return
        with self._counting():
            call, params = self._bill.calls[-1], context[_PARAMS]
            if model.name in _WRITES:
                call.writes = self._charges.of_write(params, context[_BEFORE], parsed)
            else:
                call.reads = self._charges.of_read(model.name, params, parsed)
