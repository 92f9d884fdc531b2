"""What it costs to tell a bus or a queue, and the stage's own bus, of a cancellation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cleave import clock
from cleave.application.subscribe.webhooks import WebhookWish, subscribe
from cleave.domain.dialect import Dialect
from cleave.domain.subscription import Authentication, PayloadFormat, seller_owner
from cleave.outbound.destinations import DestinationSender

from benchmarks.journey import accept_trendyol, drain_messages
from benchmarks.meter import Bill
from benchmarks.operations import order
from benchmarks.prices import BUS_EVENT, FIFO_REQUEST, LAMBDA_REQUEST, QUEUE_REQUEST, database_dollars
from benchmarks.report import table
from benchmarks.scale import Scale, say
from benchmarks.world import SELLER, World, engine_world
from tests.support.telling import seal

TITLE = "Buses and queues"
_ARN = "arn:aws:{}:eu-central-1:123456789012:{}"
_QUEUE, _FIFO = _ARN.format("sqs", "stock"), _ARN.format("sqs", "stock.fifo")
_BUS = _ARN.format("events", "event-bus/stock")
_FACTS = 4
_INTRO = (
    "A cancellation of one unit is four facts: accepted, split, applied, created. The units are those of the drain; "
    "accept and split need the same as for a webhook. Deliveries of other orders that are due at the same time share "
    "requests, with at most one message of each order. The stage's own bus needs no units: a function on the stream "
    "sends the facts to it.\n"
)


@dataclass
class CountedAws:
    """EventBridge and SQS, as far as they are paid for."""

    requests: int = 0
    messages: int = 0

    def __call__(self, service: str, region: str) -> "CountedAws":
        del service, region
        return self

    def get_queue_url(self, **asked: str) -> dict[str, str]:
        """Asked once by each environment of a function: not one of each cancellation."""
        del asked
        return {"QueueUrl": "https://sqs"}

    def send_message_batch(self, Entries: Sequence[Any], **asked: str) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """Takes all."""
        del asked
        self.requests += 1
        self.messages += len(Entries)
        return {}

    def put_events(self, Entries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """Takes all."""
        self.requests += 1
        self.messages += len(Entries)
        return {"Entries": [{"EventId": "e"} for _ in Entries]}


@dataclass
class Told:
    """``orders`` of which one unit each was cancelled, and what telling of all of them took."""

    orders: int
    bills: list[Bill]
    aws: CountedAws = field(default_factory=CountedAws)

    def each(self, total: float) -> float:
        """Of one cancellation."""
        return total / self.orders


def run(scale: Scale) -> str:
    sizes = scale.pick((1, 2), (1, 10))
    rows = []
    for name, arn, price in (("queue", _QUEUE, QUEUE_REQUEST), ("FIFO queue", _FIFO, FIFO_REQUEST), ("bus", _BUS, 0.0)):
        for orders in sizes:
            say(f"{name}, {orders} orders")
            rows.append(_row(f"{name}, {orders} at once", told(arn, orders), price))
    own = _FACTS * BUS_EVENT + LAMBDA_REQUEST
    rows.append(("the stage's own bus", "0", "0", "at most 1", str(_FACTS), f"{own:.2f}"))
    columns = ("destination", "write units", "read units", "requests", "messages", "$ per million cancellations")
    return "\n".join([_INTRO, table(columns, rows)])


def _row(name: str, found: Told, price: float) -> tuple[str, ...]:
    writes, reads = (found.each(sum(getattr(bill, what) for bill in found.bills)) for what in ("writes", "reads"))
    requests, messages = found.each(found.aws.requests), found.each(found.aws.messages)
    events = messages * BUS_EVENT if name.startswith("bus") else requests * price
    dollars = database_dollars(writes, reads) + events
    return name, f"{writes:g}", f"{reads:g}", f"{requests:g}", f"{messages:g}", f"{dollars:.2f}"


def told(arn: str, orders: int) -> Told:
    """In a world of its own, with one subscription on one track."""
    with engine_world() as one:
        _subscribe(one, arn)
        packages = [order(one) for _ in range(orders)]
        for package in packages:
            if accept_trendyol(one, package, 0).status != 200:
                raise RuntimeError("a cancellation was refused")
        one.consume([one.record(package["shipmentPackageId"]) for package in packages])
        found = Told(orders, [])
        sender = DestinationSender(found.aws)
        found.bills += drain_messages(one, lambda *asked: sender(asked[0], [asked[1]], asked[2])[0], sender)
    return found


def _subscribe(one: World, arn: str) -> None:
    wish = WebhookWish(
        owner=seller_owner(SELLER),
        sellers=frozenset({SELLER}),
        dialect=Dialect.TRENDYOL,
        url=arn,
        authentication=Authentication.NONE,
        username=None,
        secret=None,
        statuses=frozenset(),
        at=clock.now(),
        tracks=1,
        payload=PayloadFormat.CLOUDEVENTS,
    )
    subscribe(one.table, seal, wish)
