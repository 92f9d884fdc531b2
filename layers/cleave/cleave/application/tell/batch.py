"""Sends several deliveries at once to a bus or a queue. A request has one message of a lane, so order stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cleave import clock
from cleave.application.tell.attempt import Attempts, Outgoing, outgoing_of
from cleave.application.tell.recovery import recover
from cleave.application.tell.settling import NOTED_EVERY, settle
from cleave.application.tell.wake_queue import SendWake
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import Event
from cleave.domain.subscription import Subscription
from cleave.store.circuits import read_circuit
from cleave.store.deliveries import note_progress
from cleave.table.table import Table

# PutEvents and SendMessageBatch take so many at most.
MOST = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery: ``waiting`` as it was read, ``delivery`` as it is now, ``settled`` as it was before."""

    subscription: Subscription
    event: Event
    waiting: Delivery
    delivery: Delivery
    settled: Delivery | None

    @property
    def next_message(self) -> Outgoing:
        """The delivery's next message."""
        return outgoing_of(self.event, self.delivery, self.delivery.owed[0])


@dataclass(slots=True)
class Batch:
    """Collects deliveries of different lanes of one subscription, and sends them in rounds."""

    table: Table
    send_wake: SendWake
    attempt: Attempts
    track: int
    entries: dict[Lane, Entry] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether one more would not fit a request."""
        return len(self.entries) >= MOST

    def add(self, subscription: Subscription, event: Event, waiting: Delivery, settled: Delivery | None) -> None:
        """Add a delivery of a lane that has none in the batch."""
        self.entries[waiting.lane] = Entry(subscription, event, waiting, waiting, settled)

    def send(self, is_late: Callable[[], bool]) -> list[Delivery]:
        """Send all messages in rounds; a round has the next message of each delivery.

        Returns the deliveries that are not settled: those that failed, and those for which there was no time.
        """
        going = list(self.entries.values())
        self.entries.clear()
        unsettled: list[Delivery] = []
        rounds = 0
        while going:
            rounds += 1
            tried = self._round(going[0].subscription, going)
            must_stop = is_late()
            going = [each for each in tried if self._goes_on(each, noted=must_stop or rounds % NOTED_EVERY == 0)]
            unsettled += [each.delivery for each in tried if each.delivery.not_before is not None]
            if must_stop:
                return unsettled + [each.delivery for each in going]
        return unsettled

    def _round(self, subscription: Subscription, going: Sequence[Entry]) -> list[Entry]:
        attempted = self.attempt.batch(subscription, [each.next_message for each in going])
        if any(each.is_taken for each in attempted):
            self._recover(subscription, clock.now())
        return [replace(each, delivery=found.delivery) for each, found in zip(going, attempted, strict=True)]

    def _goes_on(self, entry: Entry, *, noted: bool) -> bool:
        """Whether its next message is sent in the next round. What a person asked for meanwhile is left for the next
        pass, which rings for itself."""
        if not entry.delivery.owed:
            settle(self.table, self.track, entry.delivery, entry.waiting, entry.settled)
            return False
        has_failed = entry.delivery.not_before is not None
        is_noted = not (has_failed or noted) or note_progress(self.table, self.track, entry.delivery, entry.waiting)
        return is_noted and not has_failed

    def _recover(self, subscription: Subscription, at: datetime) -> None:
        """A destination that takes one message works, even if it refuses another."""
        circuit = read_circuit(self.table, subscription.subscription_id)
        if circuit is not None:
            recover(self.table, self.send_wake, subscription, circuit, at)
