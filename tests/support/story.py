"""A story of deliveries in which everything happens once, for processes that may die at any point of it."""

from datetime import timedelta

from cleave.application.operate.reconcile import reconcile
from cleave.application.split.due_work import Worker
from cleave.application.subscribe.activation import activate
from cleave.application.tell.attempt import Attempts
from cleave.application.tell.drain import Drain
from cleave.application.tell.probe import Probe
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.subscription import Subscription, seller_owner
from cleave.store.circuits import read_circuit
from cleave.store.deliveries import read_waiting
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

from tests.support.killing import Killer, MortalQueue, MortalSender, mortal_table, until_done
from tests.support.telling import (
    OK,
    POLICY,
    SELLER,
    TRACKS,
    Clock,
    Drainer,
    Script,
    status,
    store_event,
    tell,
    webhook,
)

OWNER = seller_owner(SELLER)
# Enough to pass over every call of the story below, which a test makes sure of.
CALLS = 240
LONELY_CALLS = 56
# Each minute, for an hour.
SWEEPS = 60
MINUTE = timedelta(minutes=1)


def gone_once_then_down_for_a_while(script: Script) -> None:
    """410, and when it is on again, 500 until the circuit has been probed once; then all is well."""
    answers = iter([status(410), *[status(500)] * 6])

    def decide(subscription: Subscription, delivery: Delivery) -> Answer:
        del subscription, delivery
        return next(answers, OK)

    script.decide = decide


def mortal_drainer(table: Table, queue: MortalQueue, script: Script, killer: Killer) -> Drainer:
    """The function that the queue calls, in a process that may die."""
    attempts = Attempts(table, MortalSender(script, killer), queue, POLICY, lambda: 0.5)
    return Drainer(Drain(table, queue, attempts), Probe(table, queue, attempts))


def sweep(table: Table, queue: MortalQueue) -> None:
    """The scheduled function, until it gets through."""
    until_done(lambda: reconcile(table, Worker(table, queue, TrackingNumbers()), queue.clock()))


def story(table: Table, clock: Clock, killer: Killer) -> Script:
    """Three orders; turned off, on again, an outage, the end of it; then, up to an hour, nothing but the sweep."""
    mortal, queue, script = mortal_table(table, killer), MortalQueue(clock, killer=killer), Script()
    made = webhook(table, clock())
    gone_once_then_down_for_a_while(script)
    drain = mortal_drainer(mortal, queue, script, killer)
    events = [store_event(table, order, clock()) for _ in range(2) for order in ("A", "B", "C")]

    def told(first: int, last: int) -> None:
        for each in events[first:last]:
            until_done(lambda each=each: tell(mortal, queue, each))  # type: ignore[misc]
            queue.run(drain)

    told(0, 2)
    until_done(lambda: activate(mortal, queue, OWNER, made.subscription_id, clock()))
    queue.run(drain)
    told(2, 6)
    for _ in range(SWEEPS):
        queue.run_until(drain, clock() + MINUTE)
        if len(set(script.told)) == len(events) and not queue.sent:
            break
        sweep(mortal, queue)
        queue.run(drain)
    assert read_circuit(table, made.subscription_id) is None
    assert [read_waiting(table, made.subscription_id, track, "", 1) for track in range(TRACKS)] == [[]] * TRACKS
    return script


def lonely_story(table: Table, clock: Clock, killer: Killer) -> Script:
    """One message is refused until the step that is longer than a dead handler's message is hidden; nothing else
    happens but the sweep, which does not die."""
    mortal, queue, script = mortal_table(table, killer), MortalQueue(clock, killer=killer), Script()
    webhook(table, clock())
    answers = iter([status(422)] * 4)
    script.decide = lambda *_: next(answers, OK)
    drain = mortal_drainer(mortal, queue, script, killer)
    only = store_event(table, "A", clock())
    until_done(lambda: tell(mortal, queue, only))
    for _ in range(SWEEPS):
        queue.run_until(drain, clock() + MINUTE)
        sweep(table, queue)
        queue.run(drain)
        if script.told:
            break
    return script


def first_times(script: Script, order: str) -> list[int]:
    """The numbers that a receiver sees which takes each webhook-id once."""
    return list(dict.fromkeys(script.in_order(order)))
