"""Delivering what waits: in order along each lane, while the receiver works; by single probes while it does not."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from cleave import clock
from cleave.application.attempt import Attempts, Standing
from cleave.application.wake import MAX_DELAY, Doorbell, resume, wake_later, wake_track
from cleave.clock import from_ms, to_ms
from cleave.domain.circuit import PROBE_TIME
from cleave.domain.delivery import TRACKS, Delivery, DeliveryState, Lane
from cleave.domain.subscription import SubscriptionStatus
from cleave.store import keys
from cleave.store.deliveries import Waiting, read_deliveries, sort_key, to_delivery, waiting_page
from cleave.store.orders import read_event, to_event
from cleave.store.subscriptions import read_subscription, to_subscription
from cleave.store.table import Table
from cleave.store.tracks import (
    Wake,
    abandon,
    forget_circuit,
    park,
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
        try:
            return self._probe(wake) if wake.track is None else self._drain(wake)
        except Exception:
            # The queue brings the message again, but gives up in the end; the sweep does not.
            if wake.track is not None:
                park(self.table, wake, clock.now() + MAX_DELAY)
            raise

    def _drain(self, wake: Wake) -> Outcome:
        holder = str(uuid4())
        started = clock.now()
        track = take(self.table, wake, holder, started)
        if not track.taken:
            # Should the holder be dead.
            wake_later(self.table, self.bell, wake, track, started, from_ms(track.held_until + 1))
            return Outcome.HELD
        while True:
            run = _Run(self, wake, started)
            outcome = run.drain()
            if outcome is Outcome.MORE or release(self.table, wake, holder):
                break
        at = clock.now()
        if outcome is Outcome.MORE:
            abandon(self.table, wake, holder)
            wake_track(self.table, self.bell, wake, at, anyway=True)
        elif run.due is not None and outcome is Outcome.DRAINED:
            wake_later(self.table, self.bell, wake, track, at, from_ms(run.due))
        return outcome

    def _probe(self, wake: Wake) -> Outcome:
        """Send the receiver one event; more follow only if it takes it."""
        at = clock.now()
        circuit = read_circuit(self.table, wake.subscription_id)
        if circuit is None or not circuit.is_due(at):
            return Outcome.NOT_DUE
        subscription = read_subscription(self.table, wake.owner, wake.subscription_id)
        if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
            self.table.write([forget_circuit(wake.subscription_id)])
            return Outcome.OFF
        claimed = circuit.claimed(at)
        if not write_circuit(self.table, wake, claimed):
            return Outcome.HELD
        probe = self._least_tried(wake)
        if probe is None:
            resume(self.table, self.bell, wake, claimed, at)
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
        if not take(self.table, track, holder, clock.now()).taken:
            self.bell(wake, PROBE_TIME)  # when the claim on the probe has ended
            return Outcome.HELD
        self.attempt(wake, standing)
        if not release(self.table, track, holder):
            abandon(self.table, track, holder)
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
        # First, so that an event for a receiver that fails costs the same however much waits for it.
        turned_away = _turned_away(self._fetch(self._receiver()))
        return turned_away or self._pass()

    def _pass(self) -> Outcome:
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
        return self._decide(waiting, self._read(waiting))

    def _decide(self, waiting: Waiting, found: dict[str, Any]) -> Outcome | None:
        turned_away = _turned_away(found)
        if turned_away is not None:
            return turned_away
        subscription = to_subscription(found["subscription"])
        circuit = found["circuit"] and to_circuit(found["circuit"])
        delivery = found["delivery"] and to_delivery(found["delivery"])
        # Somebody else may have settled it since the page was read; and the one before it may have been queued since,
        # behind where this run had looked by then: whoever queued that rang.
        if delivery is not None and delivery.state is DeliveryState.WAITING and not found["earlier"]:
            self._attempt(waiting, Standing(subscription, circuit, delivery, to_event(found["event"])))
        return None

    def _attempt(self, waiting: Waiting, standing: Standing) -> None:
        due = self.drainer.attempt(self.wake, standing)
        if due is not None:
            self._block(waiting.slot.lane, due)

    def _must_wait(self, waiting: Waiting, now: datetime) -> bool:
        if waiting.slot.lane not in self.blocked and waiting.not_before > to_ms(now):
            self._block(waiting.slot.lane, waiting.not_before)
        return waiting.slot.lane in self.blocked

    def _read(self, waiting: Waiting) -> dict[str, Any]:
        """All that decides over the next request, in one round trip, as it is now; each an item or None."""
        lane, previous = waiting.slot.lane, waiting.previous
        wanted = {
            **self._receiver(),
            "delivery": keys.delivery(self.wake.subscription_id, sort_key(waiting.slot)),
            "event": keys.event(lane.seller_id, lane.order_number, waiting.event_sequence),
            **(
                {}
                if previous is None
                else {"earlier": keys.waiting(lane.subscription_id, lane.track, sort_key(previous))}
            ),
        }
        return {"earlier": None, **self._fetch(wanted)}

    def _receiver(self) -> dict[str, keys.Key]:
        return {
            "subscription": keys.subscription(self.wake.owner, self.wake.subscription_id),
            "circuit": keys.circuit(self.wake.subscription_id),
        }

    def _fetch(self, wanted: dict[str, keys.Key]) -> dict[str, Any]:
        items = {item["pk"]: item for item in self.drainer.table.batch_get(list(wanted.values()))}
        return {name: items.get(key["pk"]) for name, key in wanted.items()}

    def _block(self, lane: Lane, until: int) -> None:
        self.blocked.add(lane)
        self.due = until if self.due is None else min(self.due, until)


def _turned_away(found: dict[str, Any]) -> Outcome | None:
    """Why nothing may be sent to the receiver now; None if it may."""
    subscription = found["subscription"] and to_subscription(found["subscription"])
    if subscription is None or subscription.status is SubscriptionStatus.PASSIVE:
        return Outcome.OFF
    circuit = found["circuit"] and to_circuit(found["circuit"])
    return Outcome.NOT_DUE if circuit is not None and circuit.probe_at is not None else None
