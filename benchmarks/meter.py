"""Counts what clients send and what DynamoDB charges for it, where the clients themselves send and receive it."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.sizes import item_size, read_units, write_units

_READS = frozenset({"GetItem", "BatchGetItem", "Query"})
_WRITES = frozenset({"UpdateItem", "TransactWriteItems", "PutItem", "DeleteItem"})
_NARROWING = frozenset({"ProjectionExpression", "FilterExpression"})
_PARAMS = "cleave_benchmark_params"


@dataclass(slots=True)
class Bill:
    """What was sent and charged: requests (repeats by the SDK included), and capacity units of the table and its
    indexes; ``cpu`` is this process' time in seconds, our own counting included."""

    calls: list[str] = field(default_factory=list)
    reads: float = 0
    writes: float = 0
    messages: int = 0
    cpu: float = 0

    @property
    def round_trips(self) -> int:
        """To the database."""
        return len(self.calls)

    @property
    def spelled(self) -> str:
        """For example ``2 Query, TransactWriteItems``."""
        return ", ".join(name if n == 1 else f"{n} {name}" for name, n in Counter(self.calls).items())


class Meter:
    """Reads the bills of a DynamoDB client and a queue's client.

    ``plain`` is a DynamoDB client that nobody counts. What the engine says of writes was measured against DynamoDB
    by its makers; what it does not say truly (reads, and writes that were refused) is charged by the items' sizes.
    """

    def __init__(self, database: Any, queue: Any, plain: Any) -> None:  # noqa: ANN401 - boto3's clients
        self._plain = plain
        self._bill: Bill | None = None
        events = database.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("before-send.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._charged)
        queue.meta.events.register("before-send.sqs", self._queued)

    @contextmanager
    def open(self) -> Iterator[Bill]:
        """The bill of what is sent while the context is open."""
        self._bill = bill = Bill()
        started = time.process_time()
        try:
            yield bill
        finally:
            bill.cpu = time.process_time() - started
            self._bill = None

    def _ask(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401
        if model.name in _WRITES:
            params["ReturnConsumedCapacity"] = "TOTAL"
        context[_PARAMS] = params

    def _sent(self, event_name: str, **_: object) -> None:
        if self._bill is not None:
            self._bill.calls.append(event_name.rpartition(".")[2])

    def _queued(self, **_: object) -> None:
        if self._bill is not None:
            self._bill.messages += 1

    def _charged(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401
        if self._bill is None:
            return
        if model.name in _READS:
            self._bill.reads += self._read_units(model.name, parsed, context[_PARAMS])
        else:
            refused = "Error" in parsed
            self._bill.writes += self._refused_units(context[_PARAMS]) if refused else _charge(parsed)

    def _read_units(self, name: str, parsed: Mapping[str, Any], params: Mapping[str, Any]) -> float:
        if name == "BatchGetItem":
            return _batch_read_units(parsed, params)
        found = self._looked_at(params) if name == "Query" else [parsed.get("Item", {})]
        return read_units(sum(item_size(item) for item in found), consistent=params.get("ConsistentRead", False))

    def _looked_at(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a query is charged for: whole entries, those that its filter leaves out included."""
        whole = {name: value for name, value in params.items() if name not in _NARROWING}
        items: list[dict[str, Any]] = self._plain.query(**whole)["Items"]
        return items

    def _refused_units(self, params: Mapping[str, Any]) -> float:
        if "TransactItems" not in params:
            return self._write_units(params)
        return 2 * sum(self._write_units(write) for each in params["TransactItems"] for write in each.values())

    def _write_units(self, write: Mapping[str, Any]) -> float:
        key = write.get("Key") or {name: write["Item"][name] for name in ("pk", "sk")}
        stored = self._plain.get_item(TableName=write["TableName"], Key=key, ConsistentRead=True).get("Item", {})
        return write_units(max(stored, write.get("Item", {}), key=item_size))


def _charge(parsed: Mapping[str, Any]) -> float:
    consumed = parsed["ConsumedCapacity"]
    tables = consumed if isinstance(consumed, list) else [consumed]
    return sum(float(each["CapacityUnits"]) for each in tables)


def _batch_read_units(parsed: Mapping[str, Any], params: Mapping[str, Any]) -> float:
    """Each item for itself; one that is not there costs as much as a small one."""
    (request,) = params["RequestItems"].values()
    (found,) = parsed["Responses"].values()
    consistent = request["ConsistentRead"]
    sizes = [item_size(item) for item in found] + [0] * (len(request["Keys"]) - len(found))
    return sum(read_units(size, consistent=consistent) for size in sizes)
