"""Processes that die between any two calls they make, and what brings their work again."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from cleave.application.tell.attempt import Outgoing
from cleave.application.tell.wake_queue import Wake
from cleave.domain.delivery import Answer
from cleave.domain.subscription import Subscription
from cleave.table.table import Table

from tests.support.telling import DelayQueue, Script

# How long SQS hides a message whose handler died; the template's VisibilityTimeout.
HIDDEN = timedelta(seconds=360)


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


@dataclass
class Killer:
    """Lets so many calls pass and kills the process before the next one, once."""

    after: int
    calls: int = 0
    killed: bool = False

    def call(self) -> None:
        """About to call something outside of the process."""
        self.calls += 1
        if self.calls > self.after and not self.killed:
            self.killed = True
            raise Killed


@dataclass
class MortalClient:
    """A DynamoDB client whose process may die before each call."""

    client: Any
    killer: Killer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as boto3 has it
        found = getattr(self.client, name)
        if name == "exceptions":
            return found

        def call(**arguments: object) -> object:
            self.killer.call()
            return found(**arguments)

        return call


def mortal_table(table: Table, killer: Killer) -> Table:
    """The same table for a process that may die."""
    return Table(cast("Any", MortalClient(table.client, killer)), table.name, table.pause)


@dataclass
class MortalQueue(DelayQueue):
    """Brings a message again when its handler died."""

    killer: Killer = field(default_factory=lambda: Killer(10**9))

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        self.killer.call()
        super().__call__(wake, delay)

    def run[T](self, drain: Callable[[Wake], T]) -> list[T]:
        """Handle all that is due now, and what comes of it."""
        outcomes = []
        while self.sent and self.sent[0][0] <= self.clock():
            wake = heapq.heappop(self.sent)[2]
            try:
                outcomes.append(drain(wake))
            except Killed:
                heapq.heappush(self.sent, (self.clock() + HIDDEN, next(self.numbers), wake))
        return outcomes


@dataclass
class MortalSender:
    """Dies before or right after a request."""

    script: Script
    killer: Killer

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        self.killer.call()
        answer = self.script(subscription, outgoing, at)
        self.killer.call()
        return answer


def until_done(work: Callable[[], object]) -> None:
    """What brings work again until it is done: the stream its batch, a caller its request."""
    while True:
        try:
            work()
        except Killed:
            continue
        return
