"""A failing receiver gets one message at each step of the schedule; more follow only if it takes that one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from cleave import clock
from cleave.application.tell.attempt import CIRCUIT_TRIES, Attempts, outgoing_of
from cleave.application.tell.drain import DrainResult
from cleave.application.tell.recovery import recover, tracks_of
from cleave.application.tell.settling import delete_if_unasked, given_up, is_old, note_damage, settle
from cleave.application.tell.wake_queue import AT_ONCE, SendWake, Wake
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import Event
from cleave.domain.subscription import Subscription
from cleave.store.circuits import close_circuit, read_circuit, read_circuit_and_owner, wish_of, write_circuit
from cleave.store.deliveries import note_progress, place_of, read_delivery, read_waiting
from cleave.store.drain_inputs import DrainInput, read_drain_input
from cleave.store.formats import Unreadable
from cleave.store.retention import DELIVERIES_KEPT
from cleave.store.subscriptions import read_subscription
from cleave.store.track_leases import Held, end_probe, take
from cleave.store.tracks import TrackRef
from cleave.table.failures import OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table

# A request takes seconds, and the track's holder may be making its last one.
_HELD = timedelta(seconds=5)


# Deliveries to look at if a track's first one cannot be sent: it may be damaged, and so may its whole lane.
_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Probe:
    """Probes a failing receiver, if it is time."""

    table: Table
    send_wake: SendWake
    attempt: Attempts

    def __call__(self, subscription_id: str) -> DrainResult:
        """Send at most one message. Of two probes at once, only one gets the claim."""
        at = clock.now()
        circuit, owner = read_circuit_and_owner(self.table, subscription_id)
        if circuit is None or not circuit.is_due(at):
            return DrainResult.NOTHING_DUE
        subscription = read_subscription(self.table, owner, subscription_id)
        claimed = circuit.claimed(at)
        if not write_circuit(self.table, owner, subscription_id, claimed):
            return DrainResult.NOTHING_DUE
        if subscription is None or not subscription.is_active:
            # Activation and a new URL would wake it, and both delete the circuit.
            close_circuit(self.table, subscription_id, claimed, [])
            return DrainResult.OFF
        return self._probe(subscription, claimed, circuit.asked)

    def _probe(self, subscription: Subscription, claimed: Circuit, asked: str | None) -> DrainResult:
        waits = is_held = False
        for track, delivery in self._candidates(subscription, asked):
            waits = True
            held = take(self.table, track.subscription_id, track.number, str(uuid4()), clock.now(), probe=True)
            if held is not None:
                is_sent = self._send(held, subscription, claimed, delivery)
                self._end(held)
                if is_sent:
                    return DrainResult.PROBED
            elif asked == wish_of(track, place_of(delivery)):
                is_held = True
                break
        if not waits:
            recover(self.table, self.send_wake, subscription, claimed, clock.now())
            return DrainResult.DRAINED
        if asked is not None:
            self._ask_soon(subscription, claimed, asked, is_held=is_held)
        return DrainResult.NOTHING_DUE  # the claim ends, and the next probe follows

    def _end(self, held: Held) -> None:
        """End the lease, and wake the track if it has work.

        A wake that came while the probe held the track has no effect, but the webhook may be on again or have another
        URL.
        """
        if end_probe(self.table, held, clock.now()):
            self.send_wake(Wake(held.track.subscription_id, held.track.number), AT_ONCE)

    def _ask_soon(self, subscription: Subscription, claimed: Circuit, asked: str, *, is_held: bool) -> None:
        """Have the message that a person asked for probed again soon.

        Somebody holds its track, though not for long, or a request under way has written the circuit since it was
        claimed.
        """
        owner, name = subscription.owner, subscription.subscription_id

        def attempt() -> bool:
            found = read_circuit(self.table, name)
            if found is None or not found.is_open or found.asked is not None:
                return False  # everything that waits was woken, or a person has asked again
            if found.is_same(claimed) and not is_held:
                return False
            if not write_circuit(self.table, owner, name, found.wanted(asked, clock.now() + _HELD)):
                raise OutOfDate(name)
            return True

        if until_current(attempt, tries=CIRCUIT_TRIES):
            self.send_wake(Wake(name, None), _HELD)

    def _candidates(self, subscription: Subscription, asked: str | None) -> Iterator[tuple[TrackRef, Delivery]]:
        """The message that a person asked for, then the first delivery of each track, those with the fewest attempts
        first: a message that fails alone must not keep the circuit open. If none of them can be sent, those of other
        lanes."""
        yield from [] if asked is None else self._wished(subscription, asked)
        tracks = tracks_of(subscription)
        for most in (1, _LOOKED_AT):
            heads = [(track, head) for track in tracks for head in self._heads(track, most)]
            yield from sorted(heads, key=lambda each: (each[1].attempts, place_of(each[1])))

    def _heads(self, track: TrackRef, most: int) -> Iterable[Delivery]:
        """The first of each lane, among the first so many on the track."""
        page = read_waiting(self.table, track.subscription_id, track.number, "", most)
        first: dict[Lane, Delivery] = {}
        for each in page:
            if isinstance(each, Delivery):
                first.setdefault(each.lane, each)
        return first.values()

    def _wished(self, subscription: Subscription, asked: str) -> list[tuple[TrackRef, Delivery]]:
        number, _, place = asked.partition("/")
        waiting, _ = read_delivery(self.table, subscription.subscription_id, int(number), place)
        track = TrackRef(subscription.subscription_id, int(number))
        return [(track, waiting)] if isinstance(waiting, Delivery) else []

    def _send(self, held: Held, subscription: Subscription, claimed: Circuit, waiting: Delivery) -> bool:
        """Whether a request was made. All inputs of the decision are read again."""
        found = read_drain_input(self.table, waiting)
        number = held.track.number
        if not found.is_active or not claimed.is_same(found.circuit):
            return False  # somebody knows better by now
        if is_old(waiting, found.settled):
            delete_if_unasked(self.table, number, waiting)
        elif isinstance(found.event, Unreadable):
            note_damage(waiting.lane, str(found.event))
        elif found.event is None:
            settle(self.table, number, given_up(waiting, clock.now()), waiting, found.settled)
        elif self._may_go(waiting, found):
            self._request(held, subscription, claimed, waiting, found)
            return True
        return False

    def _request(
        self, held: Held, subscription: Subscription, claimed: Circuit, waiting: Delivery, found: DrainInput
    ) -> None:
        if not isinstance(found.event, Event):
            raise TypeError("a message needs its event")
        outgoing = outgoing_of(found.event, waiting, waiting.owed[0])
        attempted = self.attempt(subscription, outgoing, probe=True)
        if attempted.delivery.owed:
            note_progress(self.table, held.track.number, attempted.delivery, waiting)
        else:
            settle(self.table, held.track.number, attempted.delivery, waiting, found.settled)
        if attempted.is_taken:
            recover(self.table, self.send_wake, subscription, claimed, clock.now())

    def _may_go(self, waiting: Delivery, found: DrainInput) -> bool:
        forgotten = clock.now() - DELIVERIES_KEPT
        return waiting.is_next(is_previous_settled=found.is_previous_settled, forgotten_before=forgotten)
