"""Sends a track's deliveries: in order along each lane, while the receiver works."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from cleave import clock
from cleave.application.tell.attempt import Attempts, Outgoing, outgoing_of
from cleave.application.tell.batch import Batch
from cleave.application.tell.recovery import recover
from cleave.application.tell.settling import NOTED_EVERY, delete_if_unasked, given_up, is_old, note_damage, settle
from cleave.application.tell.wake_queue import AT_ONCE, MAX_DELAY, SendWake, Wake
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.destination import is_arn
from cleave.domain.events import Event
from cleave.store.deliveries import note_progress, place_of, read_waiting
from cleave.store.delivery_items import DamagedDelivery
from cleave.store.drain_inputs import DrainInput, read_drain_input
from cleave.store.formats import Unreadable
from cleave.store.retention import DELIVERIES_KEPT
from cleave.store.subscriptions import is_current
from cleave.store.track_leases import CLOCKS_DIFFER, Held, hand_over, look_again, release, shut, take
from cleave.table.table import Table

# With one more request, this is well within the lease and the function's time-out.
BUDGET = timedelta(seconds=25)
# Deliveries of one page; a pass continues behind them.
_PAGE = 10
# How long a mended delivery may wait until it is sent.
_MENDED = timedelta(minutes=10)


class DrainResult(StrEnum):
    """The result of handling a message of the queue."""

    NOTHING_DUE = "nothing_due"
    DRAINED = "drained"
    MORE = "more"
    SHUT = "shut"
    PROBED = "probed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Drain:
    """Sends the messages of a track that can be sent now."""

    table: Table
    send_wake: SendWake
    attempt: Attempts

    def __call__(self, subscription_id: str, track: int) -> DrainResult:
        """Take the track, and make passes over its deliveries until no ring came since the last pass began."""
        started = clock.now()
        held: Held | None = take(self.table, subscription_id, track, str(uuid4()), started)
        result = DrainResult.NOTHING_DUE
        while held is not None:
            one_pass = Pass(self, held, started)
            result = one_pass.run()
            if result is DrainResult.MORE:
                hand_over(self.table, held, clock.now())
                self.send_wake(Wake(subscription_id, track), AT_ONCE)
                break
            is_over = shut(self.table, held) if result is DrainResult.SHUT else release(self.table, held, one_pass.due)
            if is_over:
                self._remind(held, one_pass.due)
                break
            held = look_again(self.table, held)
        return result

    def _remind(self, held: Held, due: datetime | None) -> None:
        """Queue one message for a retry that is near; the scheduled function finds later retries.

        The message that is being handled may be that one, if this handler's clock is a little behind.
        """
        wait = None if due is None else max(due - clock.now(), AT_ONCE)
        if wait is None or wait > MAX_DELAY or (due == held.reminded and wait > CLOCKS_DIFFER):
            return
        self.send_wake(Wake(held.track.subscription_id, held.track.number), wait)


@dataclass(slots=True)
class Pass:
    """One pass over a track's deliveries. ``due`` is when the first blocked lane may continue."""

    drain: Drain
    held: Held
    started: datetime
    due: datetime | None = None
    blocked: set[Lane] = field(default_factory=set)
    batch: Batch = field(init=False)

    def __post_init__(self) -> None:
        self.batch = Batch(self.drain.table, self.drain.send_wake, self.drain.attempt, self.held.track.number)

    def run(self) -> DrainResult:
        after = ""
        while True:
            page = read_waiting(self.drain.table, self.held.track.subscription_id, self.held.track.number, after, _PAGE)
            for each in page:
                if isinstance(each, DamagedDelivery):
                    self._damaged(each.lane, place_of(each))
                elif (result := self._deliver(each)) is not None:
                    return result
            if (result := self._send_batch()) is not None:
                return result
            if len(page) < _PAGE:
                return DrainResult.DRAINED
            after = place_of(page[-1])

    def _deliver(self, waiting: Delivery) -> DrainResult | None:
        """Send one delivery. None: continue with the next one. All inputs of the decision are read again before each
        delivery."""
        if waiting.lane in self.batch.entries and (result := self._send_batch()) is not None:
            return result
        if waiting.lane in self.blocked:
            return None
        if waiting.has_to_wait(clock.now(), works_since=self.held.works_since):
            self._block(waiting.lane, waiting.not_before)
            return None
        if self._is_late():
            return DrainResult.MORE
        found = read_drain_input(self.drain.table, waiting)
        if not found.can_be_sent:
            return DrainResult.SHUT
        return self._decide(waiting, found)

    def _is_late(self) -> bool:
        return clock.now() - self.started >= BUDGET

    def _decide(self, waiting: Delivery, found: DrainInput) -> DrainResult | None:
        table, number = self.drain.table, self.held.track.number
        forgotten = clock.now() - DELIVERIES_KEPT
        if is_old(waiting, found.settled):
            delete_if_unasked(table, number, waiting)
        elif not waiting.is_next(is_previous_settled=found.is_previous_settled, forgotten_before=forgotten):
            self._block(waiting.lane, None)  # the fan-out that queues the previous one rings the track
        elif isinstance(found.event, Unreadable):
            self._damaged(waiting.lane, str(found.event))
        elif found.event is None:
            settle(table, number, given_up(waiting, clock.now()), waiting, found.settled)
        elif found.subscription is not None and is_arn(found.subscription.url):
            self.batch.add(found.subscription, found.event, waiting, found.settled)
            return self._send_batch() if self.batch.is_full else None
        else:
            return self._send(waiting, found, found.event)
        return None

    def _send_batch(self) -> DrainResult | None:
        """Send the batch for a bus or a queue, and block the lanes of failed messages."""
        if not self.batch.entries:
            return None
        for delivery in self.batch.send(self._is_late):
            self._block(delivery.lane, delivery.not_before)
        return DrainResult.MORE if self._is_late() else None

    def _send(self, waiting: Delivery, found: DrainInput, event: Event) -> DrainResult | None:
        """Send the delivery's messages, one after the other. Only if there are many, progress is stored in between, and
        the webhook is read again."""
        table, number = self.drain.table, self.held.track.number
        delivery = waiting
        for sent, place in enumerate(waiting.owed, start=1):
            delivery = self._request(found, outgoing_of(event, delivery, place))
            if delivery.not_before is not None:
                note_progress(table, number, delivery, waiting)
                self._block(delivery.lane, delivery.not_before)
                return None
            is_late = self._is_late()
            if delivery.owed and (is_late or sent % NOTED_EVERY == 0):
                is_noted = note_progress(table, number, delivery, waiting)
                if is_late or not self._is_current(found):
                    return DrainResult.MORE
                if not is_noted:
                    return None  # a person asked for some of them, which rang the track: the next pass reads again
        settle(table, number, delivery, waiting, found.settled)
        return None

    def _is_current(self, found: DrainInput) -> bool:
        """Whether the webhook is unchanged since before the delivery's first message."""
        return found.subscription is not None and is_current(self.drain.table, found.subscription)

    def _request(self, found: DrainInput, outgoing: Outgoing) -> Delivery:
        """Send one message. A success ends the count of failures; this pass has read the circuit, so it knows whether
        there is one."""
        if found.subscription is None:
            raise AssertionError("a webhook that is gone is told nothing")
        attempted = self.drain.attempt(found.subscription, outgoing)
        if attempted.is_taken and found.circuit is not None:
            recover(self.drain.table, self.drain.send_wake, found.subscription, found.circuit, clock.now())
        return attempted.delivery

    def _damaged(self, lane: Lane, item: str) -> None:
        """The other lanes continue. This one is read again later, because the repair of an item rings no track."""
        note_damage(lane, item)
        self._block(lane, clock.now() + _MENDED)

    def _block(self, lane: Lane, until: datetime | None) -> None:
        self.blocked.add(lane)
        if until is not None:
            self.due = until if self.due is None else min(self.due, until)
