"""Cleave's functions in this process, on the local engine's database and queue."""

import base64
import itertools
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from cleave import clock
from cleave.entry import resources
from cleave.store import order_keys
from cleave.table.attributes import to_attributes
from cleave.table.requests import Key
from cleave.table.table import Table
from cleave_cli.engine import running_engine
from cleave_cli.environment import REGION, ROOT_CREDENTIALS
from cleave_cli.paths import StateDir

from benchmarks.meter import Meter
from functions.import_orders.app import handler as import_orders
from functions.package_stream.app import handler as package_stream
from tests.support.aws import create_table
from tests.support.environment import new_environment
from tests.support.gateway import Caller
from tests.support.samples import Package, fresh_package
from tests.support.telling import webhook

SELLER, STOREFRONT = 20811, "DE"


@dataclass(frozen=True)
class World:
    """One table and one queue, new for each world. ``plain`` is a client that the meter does not see."""

    table: Table
    meter: Meter
    plain: Any
    seller: Caller
    channel: Caller
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10**11))  # the same in each world

    def load(self, quantities: Mapping[str, int], *, order_number: str | None = None) -> Package:
        """Import a package with lines of such quantities; the sample's order with other numbers."""
        package = fresh_package(SELLER, STOREFRONT, quantities, seller_pays=True, number=next(self.numbers))
        package |= {"orderNumber": order_number} if order_number else {}
        answer = self.seller.call(import_orders, {"content": [package]}, path={"sellerId": SELLER})
        if answer.status != 200:
            raise RuntimeError(f"the import answered {answer}")
        return package

    def record(self, package_id: int) -> dict[str, Any]:
        """The stream's record of the package's last change, as Lambda hands it over."""
        return self._record(order_keys.package(SELLER, package_id))

    def successor(self, package_id: int) -> int:
        """The package that its split made."""
        image = self.record(package_id)["dynamodb"]["NewImage"]
        (successor,) = image["successor_ids"]["L"]
        return int(successor["N"])

    def _record(self, key: Key) -> dict[str, Any]:
        stored = self.plain.get_item(TableName=self.table.name, Key=to_attributes(key), ConsistentRead=True)
        return stream_record(stored["Item"])

    def consume(self, records: list[dict[str, Any]]) -> None:
        """Hand the stream function a batch."""
        answer = package_stream({"Records": records}, _CONTEXT)
        if answer["batchItemFailures"]:
            raise RuntimeError(f"the stream function failed on {answer['batchItemFailures']}")


_CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
_sequence = itertools.count(1)


def stream_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a change to ``item``."""
    image = {name: _as_json(value) for name, value in item.items()}
    number = str(next(_sequence))
    return {
        "eventID": number,
        "eventName": "INSERT" if "kind" in item else "MODIFY",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": number, "NewImage": image, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def _as_json(typed: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, value),) = typed.items()
    match kind:
        case "B":
            return {kind: base64.b64encode(bytes(value)).decode()}
        case "M":
            return {kind: {name: _as_json(each) for name, each in value.items()}}
        case "L":
            return {kind: [_as_json(each) for each in value]}
        case _:
            return {kind: value}


@contextmanager
def engine_world(webhooks: int = 0) -> Iterator[World]:
    """A world on an engine of its own."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        engine = stack.enter_context(running_engine(StateDir(Path(folder))))
        yield stack.enter_context(world(engine.endpoint, webhooks))


@contextmanager
def world(endpoint: str, webhooks: int = 0) -> Iterator[World]:
    """A world on a running engine, whose seller has so many webhooks. Packages are split at once."""
    name = f"bench-{secrets.token_hex(4)}"
    variables = {**ROOT_CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": endpoint, "NO_PROXY": "*"}
    with patch.dict(os.environ, {**variables, "TABLE_NAME": name}):
        new_environment()
        plain = boto3.client("dynamodb")
        create_table(plain, name)
        os.environ["DELIVERY_QUEUE_URL"] = boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        meter = Meter(resources.client("dynamodb"), resources.client("sqs"), plain)
        table = Table(resources.client("dynamodb"), name)
        for _ in range(webhooks):
            webhook(table, clock.now())
        seller = Caller("seller", (SELLER,), {"storeFrontCode": STOREFRONT})
        yield World(table, meter, plain, seller, Caller("channel", (SELLER,), {}))
    new_environment()
