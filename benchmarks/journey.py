"""Cancellations of one package from their requests to its receivers, step by step, each with its bill."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleave.application.tell.attempt import Attempts, BatchSender, Sender
from cleave.application.tell.drain import Drain
from cleave.application.tell.probe import Probe
from cleave.domain.circuit import parse_policy
from cleave.entry.queue import consume_queue
from cleave.outbound.resources import wake_queue

from benchmarks.meter import Bill
from benchmarks.operations import cancel, cancel_item, order
from benchmarks.world import World
from tests.support.gateway import Answer
from tests.support.samples import Package
from tests.support.telling import Script

_POLICY = parse_policy("5s off 3d")

type Accept = Callable[[World, Package, int], Answer]
"""A request for one unit of a package; its number within the package makes it another than those before."""


def accept_trendyol(world: World, package: Package, number: int) -> Answer:
    """Of the lines in turn."""
    return cancel(world, package, {number % len(package["lines"]): 1}, key=f"{package['orderNumber']}-{number}")


def accept_hepsiglobal(world: World, package: Package, number: int) -> Answer:
    """Of the first line's item."""
    del number  # each has an id of its own
    return cancel_item(world, package, 1)


@dataclass(frozen=True, slots=True)
class Journey:
    """A bill for each invocation: of each request, of the split with its fan-out, of each drained track."""

    accept: list[Bill]
    split: list[Bill]
    deliver: list[Bill]

    @property
    def bills(self) -> list[Bill]:
        return [*self.accept, *self.split, *self.deliver]

    @property
    def writes(self) -> float:
        """Write units of all of them."""
        return sum(bill.writes for bill in self.bills)

    @property
    def reads(self) -> float:
        """Read units of all of them."""
        return sum(bill.reads for bill in self.bills)

    @property
    def messages(self) -> int:
        """Sent to the queue."""
        return sum(bill.messages for bill in self.bills)

    @property
    def trips_to_the_message(self) -> int | None:
        """To the database, from the split's beginning on; None where nobody is told."""
        (split,) = self.split
        return split.trips_to_the_message


def travel(
    world: World, cancellations: int = 1, accept: Accept = accept_trendyol, send: Sender | None = None
) -> Journey:
    """So many cancellations of the five-line package, one after the other before its split."""
    package = order(world, quantity=max(6, 1 + cancellations // 5))
    accepted = [_accept(world, accept, package, number) for number in range(cancellations)]
    record = world.record(package["shipmentPackageId"])
    with world.meter.open() as split:
        world.consume([record])
    return Journey(accepted, [split], list(drain_messages(world, send or Script())))


def _accept(world: World, accept: Accept, package: Package, number: int) -> Bill:
    with world.meter.open() as bill:
        answer = accept(world, package, number)
    if answer.status != 200:
        raise RuntimeError(f"{answer}")
    return bill


def drain_messages(world: World, send: Sender, send_batch: BatchSender | None = None) -> Iterator[Bill]:
    """Handle the messages that wait, each in an invocation of its own."""
    queue = wake_queue().queue
    attempts = Attempts(world.table, send, queue, _POLICY, lambda: 0.5, send_batch)
    drain, probe = Drain(world.table, queue, attempts), Probe(world.table, queue, attempts)
    while messages := queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            batch = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
            with world.meter.open() as bill:
                answer = consume_queue(drain, probe, batch)
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
            if answer["batchItemFailures"]:
                raise RuntimeError("the delivery failed")
            yield bill
