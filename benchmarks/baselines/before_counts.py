"""Run among the files of commit f3e4186: what a cancellation costs there, step by step, as one line of JSON.

Its own operations register a webhook each time that they are run, and all of them are told. Here one is registered.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cleave import clock
from cleave.application.attempt import Attempts
from cleave.application.consume import drain_batch
from cleave.application.drain import Drainer
from cleave.domain.circuit import parse_policy
from cleave.observability import logger
from cleave.outbound.resources import delivery_queue
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks.meter import Bill
from benchmarks.operations import cancel, order
from benchmarks.scale import to_nowhere
from benchmarks.world import World, world
from tests.support.telling import Script, webhook

REPEATS = 25
EVENTS = (1, 2)  # the end of the old package, the birth of the new one
NAMES = ("accept", "split", "fan_out", "deliver")


class ProcessorOnly:
    """In place of its meter, whose counting takes time too."""

    @contextmanager
    def open(self) -> Iterator[Bill]:
        """Only ``cpu`` is known."""
        bill = Bill()
        started = time.process_time()
        yield bill
        bill.cpu = time.process_time() - started


def main() -> None:
    to_nowhere(logger)
    logging.getLogger().setLevel(logging.ERROR)
    with (
        TemporaryDirectory() as folder,
        running_engine(StateDir(Path(folder))) as engine,
        world(engine.endpoint) as one,
    ):
        webhook(one.table, clock.now())
        travel(one)  # makes what is made once
        bills = travel(one)
        unmetered = replace(one, meter=ProcessorOnly())
        repeats = [travel(unmetered) for _ in range(REPEATS)]
    spent = [median(each[place].cpu for each in repeats) for place in range(len(NAMES))]
    print(json.dumps({name: step(bill, cpu) for name, bill, cpu in zip(NAMES, bills, spent, strict=True)}))


def step(bill: Bill, cpu: float) -> dict[str, float]:
    counted = {"writes": bill.writes, "reads": bill.reads, "messages": bill.messages}
    return {**counted, "trips": bill.round_trips, "cpu": cpu}


def travel(one: World) -> list[Bill]:
    """One cancellation of a package of five lines."""
    package = order(one)
    bills = [billed(one, lambda: cancel(one, package, {0: 1}, package["orderNumber"]))]
    record = one.record(package["shipmentPackageId"])
    bills.append(billed(one, lambda: one.consume([record])))
    events = [one.event_record(package, number) for number in EVENTS]
    bills.append(billed(one, lambda: one.consume(events)))
    return [*bills, deliver(one)]


def billed(one: World, call: Callable[[], object]) -> Bill:
    with one.meter.open() as bill:
        call()
    return bill


def deliver(one: World) -> Bill:
    """What is on the queue: one message, since both events ring for the same track."""
    queue = delivery_queue()
    (message,) = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)["Messages"]
    attempts = Attempts(one.table, Script(), queue, parse_policy("5s off 3d"), lambda: 0.5)
    batch = {"Records": [{"messageId": "1", "body": message["Body"], "eventSource": "aws:sqs"}]}
    bill = billed(one, lambda: drain_batch(Drainer(one.table, queue, attempts), batch))
    queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return bill


if __name__ == "__main__":
    main()
