"""AWS's clients as the functions see them: each call is a point of the scheduler, and may go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.engine import Answer, Engine, cancelled, failure
from tests.simulation.faults import HARMLESS, NO_FAULTS, Fault, Rates
from tests.simulation.scheduler import Scheduler

type Operation = Callable[..., Answer]

_STORMY = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchGetItem", "Query", "SendMessage")
_IN_STORM = 0.95

# No SDK repeats a request to a receiver, and nobody throttles it.
_ON_THE_WAY_TO_RECEIVERS = {
    Fault.THROTTLED: Fault.NEVER_ARRIVED,
    Fault.CONFLICT: Fault.NEVER_ARRIVED,
    Fault.REPEATED: Fault.SLOW,
    Fault.PARTIAL: Fault.SLOW,
}


@dataclass
class Air:
    """What lies between a function and everything else. ``rates`` may change during a run.

    ``seen`` counts what was done to calls. ``storms`` are until when which kinds of calls are throttled.
    """

    scheduler: Scheduler
    rates: Rates = NO_FAULTS
    seen: dict[Fault, int] = field(default_factory=dict)
    storms: dict[str, float] = field(default_factory=dict)

    def begin_storm(self, kind: int, milliseconds: float) -> None:
        """Most calls of one kind are throttled for so long."""
        self.storms[_STORMY[kind % len(_STORMY)]] = self.scheduler.now + milliseconds

    def carry(self, name: str, operation: Operation, request: dict[str, Any]) -> Answer:
        """A call, or what becomes of it."""
        self.scheduler.point()
        actor = self.scheduler.current
        fault = self.rates.draw(actor.rng) if self.rates.of else None
        if self.storms and self.storms.get(name, 0) > self.scheduler.now and actor.rng.random() < _IN_STORM:
            fault = Fault.THROTTLED
        if fault is None:
            return operation(**request)
        if name == "Request":
            fault = _ON_THE_WAY_TO_RECEIVERS.get(fault, fault)
        self.seen[fault] = self.seen.get(fault, 0) + 1
        actor.faults += fault not in HARMLESS
        return self._faulty(fault, name, operation, request)

    def _faulty(self, fault: Fault, name: str, operation: Operation, request: dict[str, Any]) -> Answer:
        match fault:
            case Fault.KILLED_BEFORE:
                self.scheduler.die()
            case Fault.KILLED_AFTER:
                _quietly(operation, request)
                self.scheduler.die()
            case Fault.THROTTLED:
                raise failure(name, "ThrottlingException")
            case Fault.CONFLICT:
                raise self._conflict(name, request)
            case Fault.LOST | Fault.NEVER_ARRIVED:
                if fault is Fault.LOST:
                    _quietly(operation, request)
                self.scheduler.sleep(9_000)  # three attempts of three seconds
                raise _silence(name)
            case Fault.REPEATED:
                _quietly(operation, request)
                self.scheduler.sleep(3_000)
                return operation(**request)
            case Fault.PARTIAL if name == "BatchGetItem":
                return _partial(operation, request)
            case Fault.SLOW:
                self.scheduler.sleep(self.scheduler.current.rng.randrange(2_500))
        return operation(**request)

    def _conflict(self, name: str, request: dict[str, Any]) -> ClientError:
        if name != "TransactWriteItems":
            return failure(name, "TransactionConflictException" if "Key" in request else "ThrottlingException")
        count = len(request["TransactItems"])
        place = self.scheduler.current.rng.randrange(count)
        return cancelled([{"Code": "TransactionConflict" if each == place else "None"} for each in range(count)])


def _silence(name: str) -> Exception:
    """What botocore, or urllib3 on the way to a receiver, says of an answer that never came."""
    if name == "Request":
        return urllib3.exceptions.ProtocolError("silent")
    return ReadTimeoutError(endpoint_url="https://aws.invalid")


def _quietly(operation: Operation, request: dict[str, Any]) -> None:
    """It is done, if it can be; nobody learns it."""
    try:
        operation(**request)
    except ClientError:
        return


def _partial(operation: Operation, request: dict[str, Any]) -> Answer:
    """The first half of the keys; the others are named as not processed."""
    ((table, wanted),) = request["RequestItems"].items()
    half = (len(wanted["Keys"]) + 1) // 2
    answer = operation(RequestItems={table: {**wanted, "Keys": wanted["Keys"][:half]}})
    rest = wanted["Keys"][half:]
    return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": rest}} if rest else {}}


@dataclass
class SimulatedDynamoDb:
    """The low-level client of one table."""

    engine: Engine
    air: Air

    def get_item(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("GetItem", self.engine.get_item, request)

    def batch_get_item(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("BatchGetItem", self.engine.batch_get_item, request)

    def query(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("Query", self.engine.query, request)

    def put_item(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("PutItem", self.engine.put_item, request)

    def update_item(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("UpdateItem", self.engine.update_item, request)

    def delete_item(self, **request: Any) -> Answer:
        """As in boto3."""
        return self.air.carry("DeleteItem", self.engine.delete_item, request)

    def transact_write_items(self, **request: Any) -> Answer:
        """As in boto3, which gives each call a token of its own."""
        token = f"{self.air.scheduler.current.rng.getrandbits(64):x}"
        request = {"ClientRequestToken": token, **request}
        return self.air.carry("TransactWriteItems", self.engine.transact_write_items, request)


class SimulatedKms:
    """Seals nothing: secrets are not what is simulated."""

    def encrypt(self, **request: Any) -> Answer:
        """As in boto3."""
        return {"CiphertextBlob": request["Plaintext"]}

    def decrypt(self, **request: Any) -> Answer:
        """As in boto3."""
        return {"Plaintext": request["CiphertextBlob"]}
