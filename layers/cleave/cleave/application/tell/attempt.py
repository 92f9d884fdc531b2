"""One request to a receiver, and its consequences for the message, the circuit and the subscription."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from cleave import clock
from cleave.application.subscribe.activation import turn_off
from cleave.application.tell.wake_queue import AT_ONCE, MAX_DELAY, SendWake, Wake
from cleave.domain.circuit import Circuit, RetryPolicy, after_failure, retry_delay
from cleave.domain.delivery import Answer, Delivery, DeliveryState, Outcome, is_exhausted
from cleave.domain.events import Event
from cleave.domain.recipients import Message, messages_of
from cleave.domain.subscription import PassiveReason, Subscription
from cleave.logs import Log, note
from cleave.metrics import Metric, count, emit
from cleave.store.attempts import attempt_note
from cleave.store.circuits import read_circuit, write_circuit
from cleave.store.deliveries import place_of
from cleave.store.subscriptions import is_current, unchanged
from cleave.table.failures import OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table

_GONE = 410
# Eight requests may fail at once, and each notes it.
CIRCUIT_TRIES = 16


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message about to be sent: ``place`` of the ``delivery``, which is ``message`` of the ``event``."""

    event: Event
    message: Message
    delivery: Delivery
    place: int


def outgoing_of(event: Event, delivery: Delivery, place: int) -> Outgoing:
    messages = messages_of(delivery.selection, delivery.owner, event.packages, event.topic)
    return Outgoing(event, messages[place], delivery, place)


class NotSent(Exception):  # noqa: N818 - says what happened
    """Nothing was sent, because the message could not be built; the receiver is not at fault."""


class Sender(Protocol):
    """Sends one message to a receiver."""

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        """One request, within its own deadline; a failure is an answer too. Raises NotSent."""


class BatchSender(Protocol):
    """Sends several messages at once to a destination that takes them."""

    def __call__(self, subscription: Subscription, outgoing: Sequence[Outgoing], at: datetime) -> list[Answer]:
        """An answer for each message, in their order; a failure is an answer too."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """The result of a request: the delivery after it, and whether the receiver took the message."""

    delivery: Delivery
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts. ``spread`` returns a new number from 0 to 1 each time."""

    table: Table
    send: Sender
    send_wake: SendWake
    policy: RetryPolicy
    spread: Callable[[], float]
    send_batch: BatchSender | None = None

    def __call__(self, subscription: Subscription, outgoing: Outgoing, *, probe: bool = False) -> Attempted:
        """One request. A message that is given up counts as sent; a failed one may be tried again at ``not_before``.

        Raises NotSent.
        """
        at = clock.now()
        (answer,) = self._answers(subscription, 1, lambda: [self.send(subscription, outgoing, at)])
        return self._judge(subscription, outgoing, answer, at, probe=probe)

    def batch(self, subscription: Subscription, outgoing: Sequence[Outgoing]) -> list[Attempted]:
        """The same for messages of different lanes, with one request for all of them if the destination takes that."""
        send = self.send_batch
        if send is None:
            return [self(subscription, each) for each in outgoing]
        at = clock.now()
        answers = self._answers(subscription, len(outgoing), lambda: send(subscription, outgoing, at))
        return [
            self._judge(subscription, each, answer, at, probe=False)
            for each, answer in zip(outgoing, answers, strict=True)
        ]

    def _judge(
        self, subscription: Subscription, outgoing: Outgoing, answer: Answer, at: datetime, *, probe: bool
    ) -> Attempted:
        _note(subscription, outgoing, answer)
        delivery, place = outgoing.delivery, outgoing.place
        tried = Outcome(DeliveryState.DELIVERED, delivery.attempts + 1, at, answer.word, answer.latency_ms)
        if answer.ok:
            count(Metric.DELIVERY_ATTEMPTS, outcome="delivered")
            emit({Metric.DELIVERY_LATENCY: [(clock.now() - outgoing.event.at) / timedelta(milliseconds=1)]})
            return Attempted(delivery.after(place, tried), is_taken=True)
        return Attempted(self._failed(subscription, outgoing, answer, tried, probe=probe), is_taken=False)

    def _answers(
        self, subscription: Subscription, messages: int, send: Callable[[], Sequence[Answer]]
    ) -> Sequence[Answer]:
        """If sending raises an exception, it counts as a failed attempt of each message.

        Otherwise such messages would be sent for ever, uncounted.
        """
        try:
            return send()
        except NotSent:
            raise
        except Exception as error:  # noqa: BLE001 - noted as a failure of the receiver's, with its kind
            note(Log.SENDER_FAILED, subscription=subscription.subscription_id)
            return [Answer(None, type(error).__name__, None, 0, "")] * messages

    def _failed(
        self, subscription: Subscription, outgoing: Outgoing, answer: Answer, tried: Outcome, *, probe: bool
    ) -> Delivery:
        """Writes the circuit first.

        A crash in between may then count a failure twice. In the other order it would lose one.
        """
        delivery, place, at = outgoing.delivery, outgoing.place, tried.at
        circuit = self._trip(subscription, at, answer, probe=probe)
        self.table.put(attempt_note(subscription.subscription_id, place_of(delivery), place, at, answer))
        is_given_up = circuit is not None and is_exhausted(delivery, circuit, self.policy, at)
        count(Metric.DELIVERY_ATTEMPTS, outcome="exhausted" if is_given_up else "failed")
        if answer.status == _GONE:
            turn_off(self.table, subscription, PassiveReason.GONE, at)
        elif circuit is not None and circuit.is_lost(self.policy, at):
            turn_off(self.table, subscription, PassiveReason.FAILING, at)
        if is_given_up:
            return delivery.after(place, replace(tried, state=DeliveryState.EXHAUSTED))
        # If the receiver is already failing, the message waits for the receiver and not for a retry.
        pause = timedelta(0) if probe else retry_delay(self.policy, delivery.attempts + 1, self.spread())
        return delivery.failed(place, replace(tried, state=DeliveryState.WAITING), at + pause)

    def _trip(self, subscription: Subscription, at: datetime, answer: Answer, *, probe: bool) -> Circuit | None:
        """Count the failure, and return the circuit. Returns None, and counts nothing, if the webhook was changed since
        the request began: it may have another receiver now.

        The circuit is read before the webhook. So the failure never counts in a circuit of a newer receiver.
        """
        retry_after = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        owner, subscription_id = subscription.owner, subscription.subscription_id

        def attempt() -> tuple[Circuit | None, Circuit | None]:
            before = read_circuit(self.table, subscription_id)
            if not is_current(self.table, subscription):
                return before, None
            after = after_failure(before, at, self.policy, self.spread(), probe=probe, retry_after=retry_after)
            along = [] if before else [unchanged(subscription)]
            if not write_circuit(self.table, owner, subscription_id, after, along):
                raise OutOfDate(subscription_id)
            return before, after

        before, after = until_current(attempt, tries=CIRCUIT_TRIES)
        if after is not None and (probe or before is None or after.probe_at != before.probe_at):
            self._plan_probe(subscription, after, at)
        return after

    def _plan_probe(self, subscription: Subscription, circuit: Circuit, at: datetime) -> None:
        """Send a wake for the next probe, if the circuit is open."""
        if circuit.probe_at is None:
            return
        owner, host, name = subscription.owner, subscription.host, subscription.subscription_id
        note(Log.RECEIVER_FAILING, owner=owner, host=host, subscription=name, failures=circuit.failures)
        wait = max(circuit.probe_at - at, AT_ONCE)  # a person may have asked for a probe before this request began
        if wait <= MAX_DELAY:
            self.send_wake(Wake(name, None), wait)


def _note(subscription: Subscription, outgoing: Outgoing, answer: Answer) -> None:
    note(
        Log.DELIVERY_ATTEMPTED,
        correlation_id=outgoing.event.correlation_id,
        subscription=subscription.subscription_id,
        webhook_id=outgoing.delivery.message_id(outgoing.place),
        number=outgoing.delivery.number(outgoing.place),
        answer=answer.word,
    )
