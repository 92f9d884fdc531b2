"""Delivering what waits: in order along each lane, while the receiver works; by single probes while it does not."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from cleave import clock
from cleave.application.attempt import Attempts, Standing
from cleave.application.wake import Doorbell, wake_later, wake_track
from cleave.clock import from_ms, to_ms
from cleave.domain.circuit import PROBE_TIME, Circuit
from cleave.domain.delivery import TRACKS, Delivery, DeliveryState, Lane
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Subscription, SubscriptionStatus
from cleave.store import keys
from cleave.store.deliveries import Waiting, read_deliveries, sort_key, to_delivery, waiting_page
from cleave.store.orders import read_event, to_event
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
    """Does what a message of the queue asks for."""

    table: Table
    bell: Doorbell
    attempt: Attempts

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
        lane = probe.slot.lane
        event = read_event(self.table, lane.seller_id, lane.order_number, probe.event_sequence)
        if event is None:
            raise LookupError(f"no event {probe.event_sequence} of a delivery")
        return self._send_probe(wake, Standing(subscription, claimed, probe, event))

    def _least_tried(self, wake: Wake) -> Delivery | None:
        """The oldest of the first waiting deliveries with the fewest attempts: no single one can be what fails."""
        heads = [
            waiting.slot
            for track in range(TRACKS)
            for waiting in waiting_page(self.table, wake.subscription_id, track, "", 1)
        ]
        found = read_deliveries(self.table, heads)
        return min(found, key=lambda each: (each.attempts, sort_key(each.slot)), default=None)

    def _send_probe(self, wake: Wake, standing: Standing) -> Outcome:
        track = replace(wake, track=standing.delivery.slot.lane.track)
        holder = str(uuid4())
        if not take(self.table, track, holder, clock.now()):
            self.bell(wake, PROBE_TIME)  # when the claim on the probe has ended
            return Outcome.HELD
        self.attempt(wake, standing)
        if not release(self.table, track, holder, clock.now()):
            release(self.table, track, holder, clock.now())
            wake_track(self.table, self.bell, track, clock.now(), anyway=True)
        return Outcome.PROBED


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
        if self._must_wait(waiting, now):
            return None
        if now - self.started >= BUDGET:
            return Outcome.MORE
        subscription, circuit, delivery, event = self._read(waiting)
        if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
            return Outcome.OFF
        if circuit is not None and circuit.probe_at is not None:
            return Outcome.NOT_DUE
        if delivery is None or delivery.state is not DeliveryState.WAITING or event is None:
            return None  # somebody else has settled it since the page was read
        due = self.drainer.attempt(self.wake, Standing(subscription, circuit, delivery, event))
        if due is not None:
            self._block(waiting.slot.lane, due)
        return None

    def _must_wait(self, waiting: Waiting, now: datetime) -> bool:
        if waiting.slot.lane not in self.blocked and waiting.not_before > to_ms(now):
            self._block(waiting.slot.lane, waiting.not_before)
        return waiting.slot.lane in self.blocked

    def _read(
        self, waiting: Waiting
    ) -> tuple[Subscription | None, Circuit | None, Delivery | None, PackageEvent | None]:
        """All that decides over the next request, in one round trip, as it is now."""
        lane = waiting.slot.lane
        wanted = [
            keys.subscription(self.wake.owner, self.wake.subscription_id),
            keys.circuit(self.wake.subscription_id),
            keys.delivery(self.wake.subscription_id, sort_key(waiting.slot)),
            keys.event(lane.seller_id, lane.order_number, waiting.event_sequence),
        ]
        found = {item["pk"]: item for item in self.drainer.table.batch_get(wanted)}
        subscription, circuit, delivery, event = (found.get(key["pk"]) for key in wanted)
        return (
            to_subscription(subscription) if subscription else None,
            to_circuit(circuit) if circuit else None,
            to_delivery(delivery) if delivery else None,
            to_event(event) if event else None,
        )

    def _block(self, lane: Lane, until: int) -> None:
        self.blocked.add(lane)
        self.due = until if self.due is None else min(self.due, until)
