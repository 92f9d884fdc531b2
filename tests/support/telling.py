"""The delivery side without AWS: a queue on the tests' own time, events of orders, and a sender that is told what to
answer."""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from cleave.application.subscribe.webhooks import Subscribed, WebhookWish, subscribe
from cleave.application.tell.attempt import Attempts, Outgoing
from cleave.application.tell.drain import Drain, DrainResult
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.probe import Probe
from cleave.application.tell.wake_queue import Wake
from cleave.domain.change import OrderChange
from cleave.domain.circuit import RetryPolicy, parse_policy
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.dialect import Dialect
from cleave.domain.events import Event, announce
from cleave.domain.package import Package
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription, channel_owner, seller_owner
from cleave.store.changes import write_change
from cleave.store.delivery_items import Listed
from cleave.store.due import clear_event
from cleave.store.due_packages import read_audience
from cleave.table.table import Table

from tests.unit.builders import line, package

SELLER = 20811
TRACKS = 8
POLICY: RetryPolicy = parse_policy("5s 30s 2m 10m 30m 2h 6h 12h off 3d")


class Clock(Protocol):
    """A time that moves when told."""

    now: datetime

    def __call__(self) -> datetime:
        """The time."""


@dataclass
class DelayQueue:
    """The delivery queue, on a clock of the tests'. Messages may be delayed; all are handed out once."""

    clock: Clock
    sent: list[tuple[datetime, int, Wake]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    longest: int = 0

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        assert timedelta(0) <= delay <= timedelta(minutes=15)
        heapq.heappush(self.sent, (self.clock() + delay, next(self.numbers), wake))
        self.longest = max(self.longest, len(self.sent))

    @property
    def wakes(self) -> list[Wake]:
        """What is on its way, next first."""
        return [wake for _, _, wake in sorted(self.sent, key=lambda entry: entry[:2])]

    def run(self, drain: Callable[[Wake], DrainResult]) -> list[DrainResult]:
        """Handle all messages that are due now, and those that come of them."""
        outcomes = []
        while self.sent and self.sent[0][0] <= self.clock():
            outcomes.append(drain(heapq.heappop(self.sent)[2]))
        return outcomes

    def run_until(self, drain: Callable[[Wake], DrainResult], end: datetime) -> None:
        """Let time pass from message to message."""
        self.run(drain)
        while self.sent and self.sent[0][0] <= end:
            self.clock.now = self.sent[0][0]
            self.run(drain)
        self.clock.now = max(self.clock.now, end)


OK = Answer(200, None, None, 1, "")


@dataclass
class Script:
    """A sender that notes what it is to send and answers ``answer``, or what ``decide`` says for the message."""

    answer: Answer = OK
    decide: Callable[[Subscription, Delivery], Answer] | None = None
    told: list[tuple[str, str, int]] = field(default_factory=list)  # webhook-id, order, number; only what was taken
    tried: list[str] = field(default_factory=list)

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        del at
        delivery, place = outgoing.delivery, outgoing.place
        assert outgoing.event.first == delivery.event
        answer = self.decide(subscription, delivery) if self.decide else self.answer
        self.tried.append(delivery.message_id(place))
        if answer.ok:
            self.told.append((delivery.message_id(place), delivery.lane.order_number, delivery.number(place)))
        return answer

    def in_order(self, order_number: str) -> list[int]:
        """The numbers that an order's receiver took, as they came."""
        return [number for _, order, number in self.told if order == order_number]


def status(code: int, retry_after: int | None = None) -> Answer:
    """An answer with a status code."""
    return Answer(code, None, retry_after, 1, "")


def readable(listed: Iterable[Listed]) -> list[Delivery]:
    """The deliveries, none of which is damaged."""
    found = list(listed)
    deliveries = [each for each in found if isinstance(each, Delivery)]
    assert deliveries == found
    return deliveries


def seal(secret: str, owner: str, subscription_id: str) -> bytes:
    """What looks sealed."""
    return f"{owner}/{subscription_id}/{secret[::-1]}".encode()


def wish(at: datetime, **other: Any) -> WebhookWish:  # noqa: ANN401 - any of its fields
    """For a webhook of SELLER's in Trendyol's dialect, with what is said to be otherwise."""
    usual = WebhookWish(
        owner=seller_owner(SELLER),
        sellers=frozenset({SELLER}),
        dialect=Dialect.TRENDYOL,
        url="https://example.com",
        authentication=Authentication.API_KEY,
        username=None,
        secret="key",
        statuses=frozenset(),
        at=at,
        tracks=TRACKS,
        payload=PayloadFormat.TRENDYOL,
    )
    return replace(usual, **other)


def channels_wish(at: datetime, channel: str = "market") -> WebhookWish:
    """For a webhook of a channel, which is told of each cancelled line of SELLER's."""
    words = PayloadFormat.HEPSIGLOBAL
    return wish(at, owner=channel_owner(channel), dialect=Dialect.HEPSIGLOBAL, payload=words)


def webhook(
    table: Table, at: datetime, url: str = "https://example.com", statuses: frozenset[str] = frozenset()
) -> Subscribed:
    """A webhook of SELLER's in Trendyol's dialect."""
    return subscribe(table, seal, wish(at, url=url, statuses=statuses))


@dataclass(frozen=True)
class Drainer:
    """The function that the queue calls."""

    drain: Drain
    probe: Probe

    def __call__(self, wake: Wake) -> DrainResult:
        return self.probe(wake.subscription_id) if wake.track is None else self.drain(wake.subscription_id, wake.track)


def drainer(table: Table, send: Script, queue: DelayQueue, policy: RetryPolicy = POLICY) -> Drainer:
    """One whose waits are exactly the schedule's."""
    attempts = Attempts(table, send, queue, policy, lambda: 0.5)
    return Drainer(Drain(table, queue, attempts), Probe(table, queue, attempts))


def store_event(
    table: Table, order_number: str, at: datetime, of: Package | None = None, seller_id: int = SELLER
) -> Event:
    """The next event of a seller's order, stored with who is told of it."""
    told = replace(of or package(line(1, 1)), order_number=order_number, seller_id=seller_id)
    part = seller_id, order_number
    order, recipients = read_audience(table, [part])[part]
    said = announce(order, [[told]], recipients, order.next_at(at))
    write_change(table, OrderChange(before=order, after=said.order, at=at, events=said.events))
    return said.events[0]


def tell(table: Table, queue: DelayQueue, event: Event) -> None:
    """Fan it out, as the stream does."""
    fan_out(table, queue, [event], queue.clock())
    clear_event(table, event)


def happen(table: Table, queue: DelayQueue, order_number: str, sequences: range, of: Package | None = None) -> None:
    """Store events and fan them out; ``sequences`` are the numbers that they have to get."""
    for sequence in sequences:
        event = store_event(table, order_number, queue.clock(), of)
        assert event.first == sequence
        tell(table, queue, event)
