"""AWS's stream event source, as its documentation promises it, over the engine's real stream.

What it keeps to: one batch at a time from one shard; filters before the batch; ReportBatchItemFailures moves the
checkpoint to the lowest failed record; an invocation that fails as a whole is bisected; a batch is tried
``MaximumRetryAttempts`` + 1 times, and no longer than ``MaximumRecordAgeInSeconds``; what is given up goes to the
on-failure destination with its records, and the shard goes on. Where it is free to choose, it is unkind: batches end
anywhere, and records that were done may come again.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.breaker import Killed
from tests.support.template import resources

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Record = dict[str, Any]
type StreamHandler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True)
class SourceConfig:
    """The template's settings of the event source."""

    batch_size: int
    retries: int
    max_age_seconds: int
    bisects: bool
    patterns: tuple[Mapping[str, Any], ...]

    @staticmethod
    def from_template(function: str = "PackageStreamFunction") -> "SourceConfig":
        """Of a function's one stream event."""
        events = resources("AWS::Serverless::Function")[function]["Events"].values()
        (source,) = (event["Properties"] for event in events if event["Type"] == "DynamoDB")
        if source["FunctionResponseTypes"] != ["ReportBatchItemFailures"]:
            raise ValueError("the simulator knows sources that report failures of items only")
        return SourceConfig(
            batch_size=source["BatchSize"],
            retries=source["MaximumRetryAttempts"],
            max_age_seconds=source["MaximumRecordAgeInSeconds"],
            bisects=source["BisectBatchOnFunctionError"],
            patterns=tuple(json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]),
        )

    def lets_through(self, record: Record) -> bool:
        """Whether any filter matches, as EventBridge's patterns do."""
        return any(_matches(pattern, record) for pattern in self.patterns)


def _matches(pattern: Mapping[str, Any], value: Any) -> bool:  # noqa: ANN401 - JSON
    return all(_field_matches(wanted, value, name) for name, wanted in pattern.items())


def _field_matches(wanted: Any, value: Any, name: str) -> bool:  # noqa: ANN401 - JSON
    present = isinstance(value, Mapping) and name in value
    if isinstance(wanted, Mapping):
        return _matches(wanted, value[name] if present else {})
    return any(_leaf_matches(each, value[name] if present else None, present=present) for each in wanted)


def _leaf_matches(wanted: Any, value: Any, *, present: bool) -> bool:  # noqa: ANN401 - JSON
    """Lambda's comparisons, as far as the template uses them."""
    match wanted:
        case {"exists": expected}:
            return present == bool(expected)
        case {"anything-but": others}:
            return present and value not in others
        case {"prefix": prefix}:
            return present and str(value).startswith(prefix)
        case _:
            return present and bool(value == wanted)


@dataclass
class EngineStream:
    """Reads a table's stream from the engine, in Lambda's JSON form."""

    dynamodb: "DynamoDBClient"
    streams: Any
    table_name: str
    iterator: str = ""

    def __post_init__(self) -> None:
        """Begin with what is written from now on."""
        arn = self.dynamodb.describe_table(TableName=self.table_name)["Table"]["LatestStreamArn"]
        (shard,) = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        latest = self.streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST")
        self.iterator = latest["ShardIterator"]

    def new_records(self) -> Iterator[Record]:
        """Those written since the last call."""
        while True:
            answer = self.streams.get_records(ShardIterator=self.iterator)
            self.iterator = answer["NextShardIterator"]
            yield from (as_lambda_sends(record) for record in answer["Records"])
            if not answer["Records"]:
                return


def as_lambda_sends(record: Mapping[str, Any]) -> Record:
    """The SDK's form of a record as it is in an event: JSON, binaries as base64."""
    document: Record = json.loads(json.dumps(record, default=_plain))
    return document


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


@dataclass
class _Batch:
    """``attempts`` counts the invocations that its first record has been part of without progress."""

    records: list[Record]
    attempts: int = 0


@dataclass
class StreamSource:
    """Feeds ``handler``; ``now`` is in seconds and ages the records."""

    config: SourceConfig
    handler: StreamHandler
    now: Callable[[], float] = lambda: 0.0
    context: object = None
    waiting: list[tuple[float, Record]] = field(default_factory=list)
    history: list[Record] = field(default_factory=list)
    given_up: list[dict[str, Any]] = field(default_factory=list)
    invocations: int = 0
    _batches: list[_Batch] = field(default_factory=list)

    def take(self, records: Iterator[Record] | Sequence[Record]) -> None:
        """Append new records of the shard; those that no filter lets through are gone."""
        self.waiting += [(self.now(), record) for record in records if self.config.lets_through(record)]

    def invoke_once(self, size: int | None = None) -> bool:
        """One invocation, with a batch of at most ``size``; answers whether there was anything to do."""
        if not self._batches:
            records = [record for _, record in self.waiting[: size or self.config.batch_size]]
            if not records:
                return False
            self._batches.append(_Batch(records))
        self._run(self._batches.pop(0))
        return True

    def drain(self, size: int | None = None) -> None:
        """Invoke until nothing waits; ends because attempts are bounded."""
        while self.invoke_once(size):
            pass

    def redeliver(self, position: int, size: int) -> None:
        """Bring records again that were done before, beginning anywhere: delivery is at least once."""
        records = self.history[position : position + size]
        if records:
            self._invoke(records)

    def _run(self, batch: _Batch) -> None:
        if self._too_old(batch.records[0]):
            self._give_up(batch)
            return
        failed = self._invoke(batch.records)
        batch.attempts += 1
        if failed is None:
            self._failed_as_a_whole(batch)
            return
        self._checkpoint(batch.records[:failed])
        rest = batch.records[failed:]
        if not rest:
            return
        attempts = batch.attempts if failed == 0 else 0
        self._again(_Batch(rest, attempts))

    def _failed_as_a_whole(self, batch: _Batch) -> None:
        half = len(batch.records) // 2
        if self.config.bisects and half:
            # "Splitting a batch does not count towards the retry quota."
            self._batches[:0] = [_Batch(batch.records[:half]), _Batch(batch.records[half:])]
            return
        self._again(batch)

    def _again(self, batch: _Batch) -> None:
        if batch.attempts > self.config.retries:
            self._give_up(batch)
        else:
            self._batches.insert(0, batch)

    def _give_up(self, batch: _Batch) -> None:
        """S3 gets the records themselves, in the invocation record's ``payload``."""
        self.given_up.append({"requestContext": {}, "payload": json.dumps({"Records": batch.records})})
        self._checkpoint(batch.records)

    def _checkpoint(self, done: list[Record]) -> None:
        self.history += done
        del self.waiting[: len(done)]

    def _too_old(self, record: Record) -> bool:
        arrived = next(at for at, each in self.waiting if each is record)
        return self.now() - arrived > self.config.max_age_seconds

    def _invoke(self, records: list[Record]) -> int | None:
        """The place of the lowest failed record (their number: none), or None if the invocation failed."""
        self.invocations += 1
        try:
            answer = self.handler(json.loads(json.dumps({"Records": records})), self.context)
        except (Exception, Killed):  # noqa: BLE001 - whatever it was, Lambda sees a failed invocation
            return None
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        places = [numbers.index(each["itemIdentifier"]) for each in answer["batchItemFailures"]]
        return min(places, default=len(records))
