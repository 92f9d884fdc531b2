"""The whole service in one process and one thread: real handlers over a real table, event sources under control."""

import contextlib
import importlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import boto3
import cleave.clock
from botocore.config import Config
from cleave.entry import resources
from cleave.observability import logger
from cleave.table.table import Table
from cleave_cli.receiver import Answer as Reply
from cleave_cli.receiver import Receiver, running_receiver

from tests.support import template
from tests.support.aws import create_table
from tests.support.breaker import BreakableClient, Breaker, Killed
from tests.support.environment import new_environment
from tests.support.expressions import check_event
from tests.support.gateway import Answer, Caller, Handler
from tests.support.queue_source import QueueSource
from tests.support.stream_source import EngineStream, SourceConfig, StreamSource

_START = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)
_CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=100)
_ENVIRONMENT = {
    "DELIVERY_QUEUE_URL": "queue",
    "SECRETS_KEY_ID": "key",
    "ALLOW_LOCAL_WEBHOOKS": "true",
    "FAILED_RECORDS_BUCKET": "failed",
    "POWERTOOLS_METRICS_DISABLED": "true",  # thousands of documents on stdout tell nobody anything
}
REQUEST_FAILED = Answer(502, None, {})  # what API Gateway answers for a function that ended


class PlainKms:
    """Seals nothing: secrets are not what is proven here."""

    def encrypt(self, **request: Any) -> dict[str, bytes]:  # noqa: ANN401 - as in boto3
        return {"CiphertextBlob": request["Plaintext"]}

    def decrypt(self, **request: Any) -> dict[str, bytes]:  # noqa: ANN401 - as in boto3
        return {"Plaintext": request["CiphertextBlob"]}


class EmptyBucket:
    """The event source has given up nothing."""

    def list_objects_v2(self, **_: Any) -> dict[str, int]:  # noqa: ANN401 - as in boto3
        return {"KeyCount": 0}


def handler(function: str) -> Handler:
    """The handler of ``functions/{function}``."""
    found: Handler = importlib.import_module(f"functions.{function}.app").handler
    return found


def scheduled_functions() -> list[str]:
    """Folders of the template's functions that a schedule calls."""
    functions = template.resources("AWS::Serverless::Function").values()
    return [
        each["CodeUri"].removeprefix("functions/")
        for each in functions
        if any(event["Type"] == "Schedule" for event in each.get("Events", {}).values())
    ]


@dataclass
class Clock:
    """The time of ``cleave.clock.now``; it moves only when told."""

    at: datetime = _START

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - _START).total_seconds()

    def step(self, seconds: float) -> None:
        self.at += timedelta(milliseconds=int(seconds * 1000))


@dataclass
class World:
    """``breaker`` counts, and may end, what the functions call; the world's own looks do not pass through it."""

    table: Table
    receiver: Receiver
    engine_stream: EngineStream
    clock: Clock = field(default_factory=Clock)
    breaker: Breaker = field(default_factory=Breaker)
    receiver_works: bool = True

    def __post_init__(self) -> None:
        """Wire the sources to the handlers."""
        self.queue = QueueSource(self.clock.seconds)
        self.stream = StreamSource(SourceConfig.from_template(), handler("package_stream"), self.clock.seconds)
        self.receiver.respond = lambda _: Reply(200 if self.receiver_works else 503)

    def create_client(self, service: str, **_: object) -> Any:  # noqa: ANN401 - one of several clients
        """In place of botocore's session."""
        clients = {"dynamodb": self.table.client, "sqs": self.queue, "kms": PlainKms(), "s3": EmptyBucket()}
        return BreakableClient(clients[service], self.breaker)

    def call(self, caller: Caller, function: str, body: object = None, **request: Any) -> Answer:  # noqa: ANN401
        """A request; a function that ends is API Gateway's 502."""
        try:
            return caller.call(handler(function), body, **request)
        except Killed:
            return REQUEST_FAILED
        finally:
            self.breaker.arm()

    def flow(self) -> None:
        """Bring what was written to the stream's source."""
        self.stream.take(self.engine_stream.new_records())

    def stream_once(self) -> None:
        """One invocation of the stream function."""
        self.flow()
        self.stream.invoke_once()

    def split_and_tell(self) -> None:
        """Let the stream run until it brings nothing new."""
        self.flow()
        while self.stream.waiting:
            self.stream.drain()
            self.flow()

    def deliver(self, messages: int = 1000) -> None:
        """Let the delivery function run on what is due, at most so many times; one that ends is seen again later."""
        for _ in range(messages):
            try:
                if not self.queue.invoke_once(handler("deliver_webhook")):
                    return
            except (Exception, Killed):  # noqa: BLE001, S112 - SQS cannot tell what it was
                continue

    def run_schedules(self) -> None:
        """Each scheduled function once."""
        for function in scheduled_functions():
            self.run(function)

    def run(self, function: str) -> None:
        """A function that nobody waits for: however it ends, its next run is all that can make up for it."""
        with contextlib.suppress(Exception, Killed):
            handler(function)({}, None)
        self.breaker.arm()

    def settle(self, hours: int = 36, *, with_stream: bool = True) -> None:
        """Let a working world run for hours, in steps that grow."""
        self.breaker.arm()
        self.receiver_works = True
        step, left = 61.0, hours * 3600.0
        while left > 0:
            if with_stream:
                self.split_and_tell()
            self.deliver()
            self.clock.step(step)
            self.run_schedules()
            left, step = left - step, step * 4
        self.deliver()

    def told(self, first: int = 0) -> list[dict[str, Any]]:
        """Bodies that the receiver took or refused, in order, from a place on."""
        return [json.loads(request.body) for request in self.receiver.requests[first:]]


@contextmanager
def running_world(endpoint: str, name: str) -> Iterator[World]:
    """A world with a table of its own on an engine."""
    session = boto3.Session("test", "test", region_name="eu-central-1")
    dynamodb = session.client("dynamodb", endpoint_url=endpoint, config=_CONFIG)
    dynamodb.meta.events.register("before-parameter-build.dynamodb", check_event)
    create_table(dynamodb, name)
    streams = session.client("dynamodbstreams", endpoint_url=endpoint, config=_CONFIG)
    with ExitStack() as stack:
        receiver = stack.enter_context(running_receiver())
        world = World(Table(dynamodb, name), receiver, EngineStream(dynamodb, streams, name))
        stack.enter_context(installed(world, {"TABLE_NAME": name}))
        yield world


@contextmanager
def installed(world: World, environment: Mapping[str, str]) -> Iterator[None]:
    """Handlers find this world's clients, settings and clock for as long as the block runs."""
    with (
        mock.patch.dict("os.environ", {**_ENVIRONMENT, **environment}),
        mock.patch.object(resources, "session_for", return_value=world),
        mock.patch.object(cleave.clock, "now", world.clock),
    ):
        new_environment()
        level = logger.log_level
        logger.setLevel(logging.CRITICAL)  # thousands of injected failures tell nobody anything
        try:
            yield
        finally:
            logger.setLevel(level)
            new_environment()
