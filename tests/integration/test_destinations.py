"""Buses and queues as destinations: several messages at once, and still in order along a lane."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cleave.application.subscribe.webhooks import WebhookWish, subscribe
from cleave.application.tell.attempt import Attempts, Outgoing, outgoing_of
from cleave.application.tell.drain import Drain, DrainResult
from cleave.application.tell.probe import Probe
from cleave.application.tell.wake_queue import Wake
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.dialect import Dialect
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.domain.split import Name, cancel_units
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription, seller_owner
from cleave.outbound.destinations import DestinationSender, Parcel, portions
from cleave.outbound.messages import Body
from cleave.store.circuits import read_circuit
from cleave.store.deliveries import deliveries_of
from cleave.store.subscriptions import read_subscription
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import POLICY, SELLER, DelayQueue, Drainer, happen, seal, store_event
from tests.unit.builders import line, package, reservation

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:stock"
FIFO = f"{QUEUE}.fifo"
BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/orders"
OWNER = seller_owner(SELLER)


@dataclass
class Batches:
    """A destination that notes each request, and refuses the messages that ``refused`` names."""

    refused: set[str] = field(default_factory=set)
    requests: list[list[str]] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)  # order and webhook-id

    def __call__(self, subscription: Subscription, outgoing: Sequence[Outgoing], at: datetime) -> list[Answer]:
        del subscription, at
        ids = [each.delivery.message_id(each.place) for each in outgoing]
        self.requests.append(ids)
        answers = []
        for each, message_id in zip(outgoing, ids, strict=True):
            is_taken = message_id not in self.refused
            if is_taken:
                self.taken.append((each.delivery.lane.order_number, message_id))
            answers.append(Answer(200 if is_taken else None, None if is_taken else "throttled", None, 1, ""))
        return answers

    def one(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        return self(subscription, [outgoing], at)[0]

    def of(self, order_number: str) -> list[str]:
        return [message_id for order, message_id in self.taken if order == order_number]


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


def told_at(table: Table, at: datetime, arn: str, tracks: int = 1) -> str:
    """A subscription of SELLER's to all facts."""
    wish = WebhookWish(
        OWNER,
        frozenset({SELLER}),
        Dialect.TRENDYOL,
        arn,
        Authentication.NONE,
        None,
        None,
        frozenset(),
        at,
        tracks,
        PayloadFormat.CLOUDEVENTS,
    )
    return subscribe(table, seal, wish).subscription_id


def drainer(table: Table, to: Batches, bell: DelayQueue) -> Drainer:
    attempts = Attempts(table, to.one, bell, POLICY, lambda: 0.5, to)
    return Drainer(Drain(table, bell, attempts), Probe(table, bell, attempts))


def closed() -> Package:
    """A package of which one unit was cancelled: three facts."""
    return cancel_units(
        package(line(1, 3)), [reservation("key", {1: 1})], at=package(line(1, 1)).created_at + timedelta(hours=1),
        name=Name(200, None),
    ).closed  # fmt: skip


def test_orders_share_requests_and_each_keeps_its_order(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    told_at(table, clock(), QUEUE)
    to = Batches()
    for order in "ABC":
        happen(table, bell, order, range(1, 3), of=closed())
    bell.run(drainer(table, to, bell))
    for order in "ABC":
        assert to.of(order) == [f"{SELLER}-{order}-{event}-{number}" for event in (1, 2) for number in range(3)]
    assert len(to.requests) < len(to.taken) / 2
    for request in to.requests:
        lanes = [message_id.split("-")[1] for message_id in request]
        assert len(lanes) == len(set(lanes))  # what one refuses can be followed by nothing of its order


def test_a_request_has_ten_messages_at_most(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    told_at(table, clock(), QUEUE)
    to = Batches()
    for number in range(25):
        happen(table, bell, f"ORDER{number}", range(1, 2))
    bell.run(drainer(table, to, bell))
    assert len(to.taken) == 25
    assert max(map(len, to.requests)) == 10


def test_what_is_refused_of_a_request_holds_back_its_order_alone(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    hook = told_at(table, clock(), QUEUE)
    to = Batches(refused={f"{SELLER}-A-1-1"})
    for order in "AB":
        happen(table, bell, order, range(1, 3), of=closed())
    handle = drainer(table, to, bell)
    bell.run(handle)
    assert to.of("A") == [f"{SELLER}-A-1-0"]
    assert len(to.of("B")) == 6
    assert read_circuit(table, hook) is None  # it takes others
    to.refused.clear()
    bell.run_until(handle, clock() + timedelta(minutes=1))
    assert to.of("A") == [f"{SELLER}-A-{event}-{number}" for event in (1, 2) for number in range(3)]


def test_a_destination_that_is_gone_is_a_failing_receiver_until_it_is_back(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    hook = told_at(table, clock(), QUEUE)
    everything = {f"{SELLER}-{order}-1-0" for order in "ABCDEFGHIJ"}
    to = Batches(refused=set(everything))
    for order in "ABCDEFGHIJ":
        happen(table, bell, order, range(1, 2))
    handle = drainer(table, to, bell)
    bell.run(handle)
    circuit = read_circuit(table, hook)
    assert circuit is not None
    assert circuit.is_open
    tried = len(to.requests)
    bell.run_until(handle, clock() + timedelta(minutes=3))
    assert len(to.requests) <= tried + 5  # probes, by the schedule
    to.refused.clear()
    bell.run_until(handle, clock() + timedelta(minutes=20))
    assert {message_id for _, message_id in to.taken} == everything
    assert read_circuit(table, hook) is None


def test_a_death_between_rounds_repeats_and_loses_nothing(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    hook = told_at(table, clock(), QUEUE)

    class Dies(Batches):
        def __call__(self, subscription: Subscription, outgoing: Sequence[Outgoing], at: datetime) -> list[Answer]:
            if len(self.requests) == 2:
                raise SystemExit
            return super().__call__(subscription, outgoing, at)

    happen(table, bell, "A", range(1, 2), of=closed())
    first, second = Dies(), Batches()
    with pytest.raises(SystemExit):
        bell.run(drainer(table, first, bell))
    clock.now += timedelta(minutes=5)  # its hold on the track is over
    assert drainer(table, second, bell)(Wake(hook, 0)) is DrainResult.DRAINED
    assert first.of("A") == [f"{SELLER}-A-1-0", f"{SELLER}-A-1-1"]
    assert second.of("A") == [f"{SELLER}-A-1-{number}" for number in range(3)]


@dataclass
class FakeAws:
    """EventBridge and SQS: takes what ``refused`` does not name, or raises ``error``."""

    refused: dict[int, str] = field(default_factory=dict)
    error: Exception | None = None
    asked_for: list[tuple[str, str]] = field(default_factory=list)
    entries: list[list[dict[str, Any]]] = field(default_factory=list)

    def __call__(self, service: str, region: str) -> "FakeAws":
        self.asked_for.append((service, region))
        return self

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        self._note(Entries)
        return {
            "Entries": [
                {"ErrorCode": self.refused[n]} if n in self.refused else {"EventId": "e"} for n in range(len(Entries))
            ]
        }

    def get_queue_url(self, QueueName: str, QueueOwnerAWSAccountId: str) -> dict[str, str]:  # noqa: N803 - as above
        return {"QueueUrl": f"https://sqs/{QueueOwnerAWSAccountId}/{QueueName}"}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - as above
        assert QueueUrl.startswith("https://sqs/123456789012/stock")
        self._note(Entries)
        return {"Failed": [{"Id": str(n), "Code": code} for n, code in self.refused.items()]} if self.refused else {}

    def _note(self, entries: list[dict[str, Any]]) -> None:
        if self.error is not None:
            raise self.error
        self.entries.append(entries)


@pytest.fixture
def outgoing(table: Table, clock: FrozenClock) -> tuple[Subscription, list[Outgoing]]:
    """A subscription and the three facts of a cancel."""
    event, delivery, subscription = waiting_facts(table, clock())
    return subscription, [outgoing_of(event, delivery, place) for place in range(3)]


def waiting_facts(table: Table, at: datetime) -> tuple[Event, Delivery, Subscription]:
    hook = told_at(table, at, QUEUE)
    event = store_event(table, "A", at, closed())
    ((_, delivery),) = deliveries_of(event)
    subscription = read_subscription(table, OWNER, hook)
    assert subscription is not None
    return event, delivery, subscription


def test_a_bus_gets_each_fact_as_an_event_of_its_type(outgoing: tuple[Subscription, list[Outgoing]]) -> None:
    subscription, facts = outgoing
    aws = FakeAws()
    answers = DestinationSender(aws)(replace(subscription, url=BUS), facts, subscription.created_at)
    assert [each.word for each in answers] == ["200"] * 3
    assert aws.asked_for == [("events", "eu-west-1")]
    (entries,) = aws.entries
    assert [each["DetailType"] for each in entries] == [
        "cleave.cancellation.accepted.v1",
        "cleave.package.split.v1",
        "cleave.cancellation.applied.v1",
    ]
    assert {(each["Source"], each["EventBusName"]) for each in entries} == {("cleave", BUS)}
    assert [json.loads(each["Detail"])["id"] for each in entries] == [f"{SELLER}-A-1-{n}" for n in range(3)]


def test_a_fifo_queue_gets_the_order_as_group_and_the_id_against_repeats(
    outgoing: tuple[Subscription, list[Outgoing]],
) -> None:
    subscription, facts = outgoing
    aws = FakeAws()
    DestinationSender(aws)(replace(subscription, url=FIFO), facts, subscription.created_at)
    (entries,) = aws.entries
    assert [(each["MessageGroupId"], each["MessageDeduplicationId"]) for each in entries] == [
        (f"{SELLER}-A", f"{SELLER}-A-1-{n}") for n in range(3)
    ]


def test_names_that_are_too_long_for_a_queue_are_shortened_and_stay_different(
    outgoing: tuple[Subscription, list[Outgoing]],
) -> None:
    subscription, facts = outgoing
    aws = FakeAws()
    for letter in "xy":
        long = [_of_order(each, "ü" * 60 + letter) for each in facts]
        DestinationSender(aws)(replace(subscription, url=FIFO), long, subscription.created_at)
    ids = ("MessageGroupId", "MessageDeduplicationId")
    names = [entry[name] for entries in aws.entries for entry in entries for name in ids]
    assert max(map(len, names)) <= 128
    assert len(set(names)) == 2 + 6


def _of_order(outgoing: Outgoing, order_number: str) -> Outgoing:
    lane = replace(outgoing.delivery.lane, order_number=order_number)
    return replace(outgoing, delivery=replace(outgoing.delivery, lane=lane))


@pytest.mark.parametrize("arn", [QUEUE, BUS])
def test_each_message_that_was_refused_is_known(outgoing: tuple[Subscription, list[Outgoing]], arn: str) -> None:
    subscription, facts = outgoing
    aws = FakeAws(refused={1: "ThrottlingException"})
    answers = DestinationSender(aws)(replace(subscription, url=arn), facts, subscription.created_at)
    assert [each.word for each in answers] == ["200", "throttling_exception", "200"]


@pytest.mark.parametrize("arn", [QUEUE, BUS])
@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ClientError({"Error": {"Code": "AccessDeniedException", "Message": "arn:…"}}, "X"), "access_denied_exception"),
        (ClientError({"Error": {"Code": "AWS.SimpleQueueService.NonExistentQueue"}}, "X"), "non_existent_queue"),
        (EndpointConnectionError(endpoint_url="https://sqs"), "endpoint_connection"),
    ],
)
def test_a_request_that_fails_is_a_failure_of_each_of_its_messages(
    outgoing: tuple[Subscription, list[Outgoing]], arn: str, error: Exception, word: str
) -> None:
    subscription, facts = outgoing
    answers = DestinationSender(FakeAws(error=error))(replace(subscription, url=arn), facts, subscription.created_at)
    assert [(each.ok, each.word, each.excerpt) for each in answers] == [(False, word, "")] * 3


def test_a_test_message_says_nothing_of_any_order(outgoing: tuple[Subscription, list[Outgoing]]) -> None:
    subscription, _ = outgoing
    aws = FakeAws()
    assert DestinationSender(aws).ping(replace(subscription, url=BUS), "test-1", subscription.created_at).ok
    ((entry,),) = aws.entries
    assert entry["DetailType"] == "cleave.subscription.tested.v1"
    assert json.loads(entry["Detail"])["data"] == {"subscriptionId": subscription.subscription_id}


def test_a_request_is_never_larger_than_aws_takes() -> None:
    parcels = [Parcel(str(n), "g", Body("name", "json", "x" * 100_000), closed().created_at) for n in range(5)]
    assert [[each.message_id for each in portion] for portion in portions(parcels)] == [["0", "1"], ["2", "3"], ["4"]]


def test_what_a_bus_counts_besides_a_message_is_counted_too() -> None:
    """Source, type and 14 bytes of the time."""
    name = "cleave.cancellation.accepted.v1"
    parcels = [Parcel(str(n), "g", Body(name, "json", "x" * (256 * 1024 // 8)), closed().created_at) for n in range(8)]
    for portion in portions(parcels):
        sizes = (len(each.body.text) + len("cleave") + len(each.body.name) + 14 for each in portion)
        assert sum(sizes) <= 256 * 1024
