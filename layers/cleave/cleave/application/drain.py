"""Delivering what waits: in order along each lane, while the receiver works; by single probes while it does not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import uuid4

from cleave import clock
from cleave.application.subscriptions import turn_off
from cleave.application.wake import MAX_DELAY, Doorbell, wake_all, wake_later, wake_track
from cleave.clock import from_ms, to_ms
from cleave.domain.circuit import Circuit, RetryPolicy, after_failure, retry_delay
from cleave.domain.delivery import TRACKS, Answer, Delivery, DeliveryState, Lane, is_exhausted
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import PassiveReason, Subscription, SubscriptionStatus
from cleave.observability import logger
from cleave.store import keys
from cleave.store.deliveries import Waiting, note_attempt, read_deliveries, sort_key, to_delivery, waiting_page
from cleave.store.orders import read_event
from cleave.store.subscriptions import read_subscription, to_subscription
from cleave.store.table import Table
from cleave.store.tracks import (
    Wake,
    close_circuit,
    forget_circuit,
    read_circuit,
    release,
    take,
    to_circuit,
    write_circuit,
)

# Well within the lease and the function's time-out, a last request included.
BUDGET = timedelta(seconds=25)
_PAGE = 25
_GONE = 410
_CIRCUIT_TRIES = 10


class Sender(Protocol):
    """Tells a receiver."""

    def __call__(self, subscription: Subscription, event: PackageEvent, delivery: Delivery, at: datetime) -> Answer:
        """One request, within its own deadline; a failure is an answer too."""


class Outcome(StrEnum):
    """How a wake ended."""

    HELD = "held_by_another"
    NOT_DUE = "not_due"
    OFF = "off"
    DRAINED = "drained"
    MORE = "more"
    PROBED = "probed"


@dataclass(frozen=True, slots=True)
class Drainer:
    """``spread`` gives a number from 0 to 1, a new one each time."""

    table: Table
    send: Sender
    bell: Doorbell
    policy: RetryPolicy
    spread: Callable[[], float]

    def __call__(self, wake: Wake) -> Outcome:
        """Do what can be done now for a track, or for a receiver that is to be probed."""
        if wake.track is None:
            return self._probe(wake)
        holder = str(uuid4())
        started = clock.now()
        if not take(self.table, wake, holder, started):
            return Outcome.HELD
        while True:
            run = _Run(self, wake, started)
            outcome = run.drain()
            if outcome is Outcome.MORE or release(self.table, wake, holder, clock.now()):
                break
        self._come_back(wake, holder, run, outcome)
        return outcome

    def _come_back(self, wake: Wake, holder: str, run: "_Run", outcome: Outcome) -> None:
        at = clock.now()
        if outcome is Outcome.MORE:
            release(self.table, wake, holder, at)
            wake_track(self.table, self.bell, wake, at, anyway=True)
        elif run.due is not None and outcome is Outcome.DRAINED:
            wake_later(self.table, self.bell, wake, at, from_ms(run.due))

    def _probe(self, wake: Wake) -> Outcome:
        """Send the receiver one event; more follow only if it takes it."""
        at = clock.now()
        circuit = read_circuit(self.table, wake.subscription_id)
        if circuit is None or not circuit.is_due(at):
            return Outcome.NOT_DUE
        subscription = read_subscription(self.table, wake.owner, wake.subscription_id)
        if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
            forget_circuit(self.table, wake.subscription_id)
            return Outcome.OFF
        claimed = circuit.claimed(at)
        if not write_circuit(self.table, wake, claimed):
            return Outcome.HELD
        probe = self._least_tried(wake)
        if probe is None:
            close_circuit(self.table, wake.subscription_id, claimed)
            return Outcome.DRAINED
        return self._send_probe(wake, subscription, claimed, probe)

    def _least_tried(self, wake: Wake) -> Delivery | None:
        """The oldest of the first waiting deliveries with the fewest attempts: no single one can be what fails."""
        heads = [
            waiting.slot
            for track in range(TRACKS)
            for waiting in waiting_page(self.table, wake.subscription_id, track, "", 1)
        ]
        found = read_deliveries(self.table, heads)
        return min(found, key=lambda each: (each.attempts, sort_key(each.slot)), default=None)

    def _send_probe(self, wake: Wake, subscription: Subscription, circuit: Circuit, probe: Delivery) -> Outcome:
        track = Wake(wake.owner, wake.subscription_id, probe.slot.lane.track)
        holder = str(uuid4())
        if not take(self.table, track, holder, clock.now()):
            wake_later(self.table, self.bell, wake, clock.now(), circuit.probe_at or clock.now())
            return Outcome.HELD
        self.attempt(wake, subscription, circuit, probe)
        if not release(self.table, track, holder, clock.now()):
            release(self.table, track, holder, clock.now())
            wake_track(self.table, self.bell, track, clock.now(), anyway=True)
        return Outcome.PROBED

    def attempt(
        self, wake: Wake, subscription: Subscription, circuit: Circuit | None, delivery: Delivery
    ) -> int | None:
        """One request. None: the receiver took it; else when (epoch ms) the delivery may be tried again."""
        lane = delivery.slot.lane
        at = clock.now()
        event = read_event(self.table, lane.seller_id, lane.order_number, delivery.event_sequence)
        if event is None:
            raise LookupError(f"no event {delivery.event_sequence} of a delivery")
        answer = self.send(subscription, event, delivery, at)
        logger.info(
            "delivery.attempted", webhook_id=delivery.message_id, number=delivery.slot.number, answer=answer.word
        )
        if answer.ok:
            note_attempt(self.table, delivery, at, answer, DeliveryState.DELIVERED, not_before=0)
            self._recovered(subscription, circuit)
            return None
        probe = circuit is not None and circuit.probe_at is not None
        return self._failed(wake, subscription, delivery, answer, at, probe=probe)

    def _recovered(self, subscription: Subscription, circuit: Circuit | None) -> None:
        if circuit is None or not close_circuit(self.table, subscription.subscription_id, circuit):
            return
        if circuit.probe_at is not None:
            logger.info("receiver.recovered", subscription=subscription.subscription_id)
            wake_all(self.table, self.bell, subscription, clock.now())

    def _failed(
        self, wake: Wake, subscription: Subscription, delivery: Delivery, answer: Answer, at: datetime, *, probe: bool
    ) -> int:
        circuit = self._trip(wake, at, answer, probe=probe)
        exhausted = is_exhausted(delivery, circuit, self.policy, at)
        # What fails while the receiver is known to fail waits for the receiver alone.
        pause = timedelta(0) if probe else retry_delay(self.policy, delivery.attempts + 1, self.spread())
        due = to_ms(at + pause)
        state = DeliveryState.EXHAUSTED if exhausted else DeliveryState.WAITING
        note_attempt(self.table, delivery, at, answer, state, not_before=due)
        if answer.status == _GONE:
            turn_off(self.table, subscription, PassiveReason.GONE, at)
        elif circuit.is_lost(self.policy, at):
            turn_off(self.table, subscription, PassiveReason.FAILING, at)
        return due

    def _trip(self, wake: Wake, at: datetime, answer: Answer, *, probe: bool) -> Circuit:
        retry_after = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        for _ in range(_CIRCUIT_TRIES):
            before = read_circuit(self.table, wake.subscription_id)
            after = after_failure(before, at, self.policy, self.spread(), probe=probe, retry_after=retry_after)
            if write_circuit(self.table, wake, after):
                break
        opened_until = after.probe_at
        if opened_until is not None and (probe or before is None or opened_until != before.probe_at):
            logger.info("receiver.failing", subscription=wake.subscription_id, failures=after.failures)
            if opened_until - at <= MAX_DELAY:
                self.bell(replace(wake, track=None), opened_until - at)
        return after


@dataclass(slots=True)
class _Run:
    """One pass over what waits on a track. ``due`` is when the first lane that has to wait may go on (epoch ms)."""

    drainer: Drainer
    wake: Wake
    started: datetime
    due: int | None = None
    blocked: set[Lane] = field(default_factory=set)

    def drain(self) -> Outcome:
        after = ""
        while True:
            page = waiting_page(self.drainer.table, self.wake.subscription_id, self.wake.track or 0, after, _PAGE)
            for waiting in page:
                outcome = self._deliver(waiting)
                if outcome is not None:
                    return outcome
            if len(page) < _PAGE:
                return Outcome.DRAINED
            after = sort_key(page[-1].slot)

    def _deliver(self, waiting: Waiting) -> Outcome | None:
        """None: go on with the next."""
        now = clock.now()
        if waiting.slot.lane in self.blocked:
            return None
        if waiting.not_before > to_ms(now):
            self._block(waiting.slot.lane, waiting.not_before)
            return None
        if now - self.started >= BUDGET:
            return Outcome.MORE
        subscription, circuit, delivery = self._read(waiting)
        if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
            return Outcome.OFF
        if circuit is not None and circuit.probe_at is not None:
            return Outcome.NOT_DUE
        if delivery is not None:
            due = self.drainer.attempt(self.wake, subscription, circuit, delivery)
            if due is not None:
                self._block(waiting.slot.lane, due)
        return None

    def _read(self, waiting: Waiting) -> tuple[Subscription | None, Circuit | None, Delivery | None]:
        """All that decides over the next request, in one round trip, as it is now."""
        subscription = keys.subscription(self.wake.owner, self.wake.subscription_id)
        circuit = keys.circuit(self.wake.subscription_id)
        delivery = keys.delivery(self.wake.subscription_id, sort_key(waiting.slot))
        found = {item["pk"]: item for item in self.drainer.table.batch_get([subscription, circuit, delivery])}
        items = [found.get(key["pk"]) for key in (subscription, circuit, delivery)]
        return (
            to_subscription(items[0]) if items[0] else None,
            to_circuit(items[1]) if items[1] else None,
            to_delivery(items[2]) if items[2] else None,
        )

    def _block(self, lane: Lane, until: int) -> None:
        self.blocked.add(lane)
        self.due = until if self.due is None else min(self.due, until)
