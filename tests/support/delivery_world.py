"""The delivery side as it runs in the cloud, on the local engine's database, with real receivers: a queue, workers that
take from it in parallel, events that come at their own pace."""

import contextlib
import heapq
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cleave import clock
from cleave.application.subscribe.webhooks import WebhookWish, subscribe
from cleave.application.tell.attempt import Attempts
from cleave.application.tell.drain import Drain
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.probe import Probe
from cleave.application.tell.wake_queue import Wake
from cleave.domain.circuit import parse_policy
from cleave.domain.dialect import Dialect
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription, seller_owner
from cleave.outbound.connection import checked_pools
from cleave.outbound.exchange import Deadlines
from cleave.outbound.webhook import WebhookSender
from cleave.store.deliveries import deliveries_of, queue_delivery
from cleave.store.due import clear_event
from cleave.store.subscriptions import read_subscription
from cleave.store.tracks import TrackRef, ring
from cleave.table.table import Table

from tests.support.telling import TRACKS, Drainer, store_event

# Deliveries on a lane that is filled.
_LANE = 45


class PlainBox:
    """Opens what it never closed: the workers' time is not to be spent on a KMS that is not measured."""

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        del owner, subscription_id
        return sealed.decode()


@dataclass
class LiveQueue:
    """SQS with delays, as far as the workers can tell."""

    entries: list[tuple[float, int, Wake]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopped: bool = False
    longest: int = 0

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        with self.changed:
            heapq.heappush(self.entries, (time.monotonic() + delay.total_seconds(), next(self.numbers), wake))
            self.longest = max(self.longest, len(self.entries))
            self.changed.notify()

    def take(self) -> Wake | None:
        """The next that is due; None once it is stopped."""
        with self.changed:
            while not self.stopped:
                wait = self.entries[0][0] - time.monotonic() if self.entries else 1.0
                if wait <= 0:
                    return heapq.heappop(self.entries)[2]
                self.changed.wait(wait)
        return None

    def stop(self) -> None:
        """Send the workers home."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()


@dataclass
class World:
    """Sellers are made up; each webhook is a seller's own."""

    table: Table
    bell: LiveQueue
    failures: list[BaseException] = field(default_factory=list)

    def webhook(self, seller_id: int, url: str) -> Subscription:
        """A webhook of the seller in Trendyol's dialect."""
        owner = seller_owner(seller_id)
        wish = WebhookWish(
            owner=owner,
            sellers=frozenset({seller_id}),
            dialect=Dialect.TRENDYOL,
            url=url,
            authentication=Authentication.API_KEY,
            username=None,
            secret="k",
            statuses=frozenset(),
            at=clock.now(),
            tracks=TRACKS,
            payload=PayloadFormat.TRENDYOL,
        )
        made = subscribe(self.table, lambda secret, *_: secret.encode(), wish)
        found = read_subscription(self.table, owner, made.subscription_id)
        assert found is not None
        return found

    def happen(self, seller_id: int, order_number: str, sequence: int) -> None:
        """An event is stored and fanned out, as by splitter and stream; ``sequence`` is the number that it has to
        get."""
        event = store_event(self.table, order_number, clock.now(), seller_id=seller_id)
        assert event.first == sequence
        fan_out(self.table, self.bell, [event], clock.now())
        clear_event(self.table, event)

    def fill(self, subscription: Subscription, deliveries: int) -> None:
        """Let so many deliveries wait, on lanes that are full, each of which has one event, told again and again."""
        (seller_id,) = subscription.sellers
        for number in range(-(-deliveries // _LANE)):
            event = store_event(self.table, f"FILL{number}", clock.now(), seller_id=seller_id)
            clear_event(self.table, event)
            ((track, delivery),) = deliveries_of(event)
            for _ in range(_LANE):
                assert queue_delivery(self.table, track, delivery)
                later = delivery.event_at + timedelta(milliseconds=1)
                delivery = replace(
                    delivery, event_at=later, previous_at=delivery.event_at, first=delivery.first + delivery.count
                )
            if ring(self.table, TrackRef(subscription.subscription_id, track), clock.now()):
                self.bell(Wake(subscription.subscription_id, track), timedelta(0))

    @contextlib.contextmanager
    def workers(self, count: int, schedule: str, deadlines: Deadlines) -> Iterator[None]:
        """So many invocations at a time."""
        threads = [threading.Thread(target=self._work, args=(schedule, deadlines)) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.bell.stop()
            for thread in threads:
                thread.join()
        assert self.failures == []

    def _work(self, schedule: str, deadlines: Deadlines) -> None:
        sender = WebhookSender(checked_pools(allow_local=True), PlainBox(), deadlines)  # type: ignore[arg-type]
        attempts = Attempts(self.table, sender, self.bell, parse_policy(schedule), random.random)
        drain = Drainer(Drain(self.table, self.bell, attempts), Probe(self.table, self.bell, attempts))
        while (wake := self.bell.take()) is not None:
            try:
                drain(wake)
            except BaseException as failure:  # noqa: BLE001 - shown by the test that started us
                self.failures.append(failure)


def message_of(body: bytes) -> str:
    """The order that a delivered page is about."""
    order: str = json.loads(body)["content"][0]["orderNumber"]
    return order
