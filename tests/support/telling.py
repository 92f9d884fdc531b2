"""The delivery side without AWS: a queue on the tests' own time, events of orders, and a sender that is told what to
answer."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from cleave.application.attempt import Attempts
from cleave.application.drain import Drainer, Outcome
from cleave.application.notify import fan_out
from cleave.application.subscriptions import Subscribed, Webhook, subscribe
from cleave.domain.circuit import RetryPolicy, parse_policy
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.events import PackageEvent
from cleave.domain.package import Package
from cleave.domain.subscription import Authentication, Dialect, Subscription, seller_owner
from cleave.store.orders import put_event
from cleave.store.table import Table
from cleave.store.tracks import Wake

from tests.unit.builders import line, package

SELLER = 20811
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

    def run(self, drain: Callable[[Wake], Outcome]) -> list[Outcome]:
        """Handle all messages that are due now, and those that come of them."""
        outcomes = []
        while self.sent and self.sent[0][0] <= self.clock():
            outcomes.append(drain(heapq.heappop(self.sent)[2]))
        return outcomes

    def run_until(self, drain: Callable[[Wake], Outcome], end: datetime) -> None:
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

    def __call__(self, subscription: Subscription, event: PackageEvent, delivery: Delivery, at: datetime) -> Answer:
        del at
        assert event.sequence == delivery.event_sequence
        answer = self.decide(subscription, delivery) if self.decide else self.answer
        self.tried.append(delivery.message_id)
        if answer.ok:
            self.told.append((delivery.message_id, delivery.slot.lane.order_number, delivery.slot.number))
        return answer

    def in_order(self, order_number: str) -> list[int]:
        """The numbers that an order's receiver took, as they came."""
        return [number for _, order, number in self.told if order == order_number]


def status(code: int, retry_after: int | None = None) -> Answer:
    """An answer with a status code."""
    return Answer(code, None, retry_after, 1, "")


def seal(secret: str, owner: str, subscription_id: str) -> bytes:
    """What looks sealed."""
    return f"{owner}/{subscription_id}/{secret[::-1]}".encode()


def webhook(
    table: Table, at: datetime, url: str = "https://example.com", statuses: frozenset[str] = frozenset()
) -> Subscribed:
    """A webhook of SELLER's in Trendyol's dialect."""
    owner, sellers = seller_owner(SELLER), frozenset({SELLER})
    wanted = Webhook(owner, sellers, Dialect.TRENDYOL, url, Authentication.API_KEY, None, "key", statuses, at)
    return subscribe(table, seal, wanted)


def drainer(table: Table, send: Script, bell: DelayQueue, policy: RetryPolicy = POLICY) -> Drainer:
    """One whose waits are exactly the schedule's."""
    return Drainer(table, bell, Attempts(table, send, bell, policy, lambda: 0.5))


def event(order_number: str, sequence: int, at: datetime, of: Package | None = None) -> PackageEvent:
    """An event of SELLER's order."""
    told = replace(of or package(line(1, 1)), order_number=order_number)
    return PackageEvent(order_number, SELLER, sequence, at, told)


def happen(table: Table, bell: DelayQueue, order_number: str, sequences: range, of: Package | None = None) -> None:
    """Store events and fan them out, as the stream does."""
    for sequence in sequences:
        one = event(order_number, sequence, bell.clock(), of)
        table.write([put_event(one)])
        fan_out(table, bell, one, bell.clock())
