"""One request to a receiver, and what it means for the delivery, the receiver and the subscription."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from cleave import clock
from cleave.application.subscriptions import turn_off
from cleave.application.wake import MAX_DELAY, Doorbell, resume
from cleave.clock import to_ms
from cleave.domain.circuit import Circuit, RetryPolicy, after_failure, retry_delay
from cleave.domain.delivery import Answer, Delivery, DeliveryState, is_exhausted
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import PassiveReason, Subscription
from cleave.logs import Log, note
from cleave.metrics import Metric, count, emit
from cleave.store.deliveries import note_attempt
from cleave.store.table import Table
from cleave.store.tracks import Wake, read_circuit, write_circuit

_GONE = 410
_CIRCUIT_TRIES = 10


class Sender(Protocol):
    """Tells a receiver."""

    def __call__(self, subscription: Subscription, event: PackageEvent, delivery: Delivery, at: datetime) -> Answer:
        """One request, within its own deadline; a failure is an answer too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides over a request, as it is now. ``circuit`` None: the receiver works."""

    subscription: Subscription
    circuit: Circuit | None
    delivery: Delivery
    event: PackageEvent


@dataclass(frozen=True, slots=True)
class Attempts:
    """``spread`` gives a number from 0 to 1, a new one each time."""

    table: Table
    send: Sender
    bell: Doorbell
    policy: RetryPolicy
    spread: Callable[[], float]

    def __call__(self, wake: Wake, standing: Standing) -> int | None:
        """One request. None: the receiver took it; else when (epoch ms) the delivery may be tried again."""
        subscription, circuit, delivery = standing.subscription, standing.circuit, standing.delivery
        at = clock.now()
        answer = self.send(subscription, standing.event, delivery, at)
        _note(standing, answer)
        if answer.ok:
            note_attempt(self.table, delivery, at, answer, DeliveryState.DELIVERED, not_before=0)
            waited = (clock.now() - standing.event.at) / timedelta(milliseconds=1)
            count(Metric.DELIVERY_ATTEMPTS, outcome="delivered")
            emit({Metric.DELIVERY_LATENCY: [waited]})
            if circuit is not None:
                resume(self.table, self.bell, replace(wake, track=None), circuit, clock.now())
            return None
        probe = circuit is not None and circuit.probe_at is not None
        return self._failed(wake, subscription, delivery, answer, at, probe=probe)

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
        count(Metric.DELIVERY_ATTEMPTS, outcome="exhausted" if exhausted else "failed")
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
            note(Log.RECEIVER_FAILING, subscription=wake.subscription_id, failures=after.failures)
            if opened_until - at <= MAX_DELAY:
                self.bell(replace(wake, track=None), opened_until - at)
        return after


def _note(standing: Standing, answer: Answer) -> None:
    delivery = standing.delivery
    note(
        Log.DELIVERY_ATTEMPTED,
        correlation_id=standing.event.correlation_id,
        subscription=standing.subscription.subscription_id,
        webhook_id=delivery.message_id,
        number=delivery.slot.number,
        answer=answer.word,
    )
