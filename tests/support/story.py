"""A story of deliveries in which everything happens once, for processes that may die at any point of it."""

from datetime import timedelta

from cleave.application.subscribe.webhooks import activate
from cleave.application.tell.attempt import Attempts
from cleave.application.tell.drain import Drainer
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.wake import sweep
from cleave.domain.delivery import TRACKS, Answer, Delivery
from cleave.domain.subscription import Subscription, seller_owner
from cleave.store.deliveries import waiting_page
from cleave.store.orders import put_event
from cleave.store.tracks import read_circuit
from cleave.table.table import Table

from tests.support.killing import Killer, MortalQueue, MortalSender, mortal_table, until_done
from tests.support.telling import OK, POLICY, SELLER, Clock, Script, event, status, webhook

OWNER = seller_owner(SELLER)
# Enough to pass over every call of the story below, which a test makes sure of.
CALLS = 280
LONELY_CALLS = 63
# Every five minutes, for an hour.
SWEEPS = 12


def gone_once_then_down_for_a_while(script: Script) -> None:
    """410, and when it is on again, 500 until the circuit has been probed once; then all is well."""
    answers = iter([status(410), *[status(500)] * 6])

    def decide(subscription: Subscription, delivery: Delivery) -> Answer:
        del subscription, delivery
        return next(answers, OK)

    script.decide = decide


def story(table: Table, clock: Clock, killer: Killer) -> Script:
    """Three orders; turned off, on again, an outage, the end of it; then, up to an hour, nothing but the sweep."""
    mortal, bell, script = mortal_table(table, killer), MortalQueue(clock, killer=killer), Script()
    made = webhook(table, clock())
    gone_once_then_down_for_a_while(script)
    drain = Drainer(mortal, bell, Attempts(mortal, MortalSender(script, killer), bell, POLICY, lambda: 0.5))
    events = [event(order, sequence, clock()) for sequence in (1, 2) for order in ("A", "B", "C")]
    table.write([put_event(each) for each in events])

    def told(first: int, last: int) -> None:
        for each in events[first:last]:
            until_done(lambda each=each: fan_out(mortal, bell, each, clock()))  # type: ignore[misc]
            bell.run(drain)

    told(0, 2)
    until_done(lambda: activate(mortal, bell, OWNER, made.subscription_id, clock()))
    bell.run(drain)
    told(2, 6)
    for _ in range(SWEEPS):
        bell.run_until(drain, clock() + timedelta(minutes=5))
        if len(set(script.told)) == len(events) and not bell.sent:
            break
        until_done(lambda: sweep(mortal, bell, clock()))
        bell.run(drain)
    assert read_circuit(table, made.subscription_id) is None
    assert [waiting_page(table, made.subscription_id, track, "", 1) for track in range(TRACKS)] == [[]] * TRACKS
    return script


def lonely_story(table: Table, clock: Clock, killer: Killer) -> Script:
    """One message is refused until the step that is longer than a dead handler's message is hidden; nothing else
    happens, and nothing sweeps."""
    mortal, bell, script = mortal_table(table, killer), MortalQueue(clock, killer=killer), Script()
    webhook(table, clock())
    answers = iter([status(422)] * 4)
    script.decide = lambda *_: next(answers, OK)
    drain = Drainer(mortal, bell, Attempts(mortal, MortalSender(script, killer), bell, POLICY, lambda: 0.5))
    only = event("A", 1, clock())
    table.write([put_event(only)])
    until_done(lambda: fan_out(mortal, bell, only, clock()))
    bell.run_until(drain, clock() + timedelta(hours=1))
    return script


def first_times(script: Script, order: str) -> list[int]:
    """The numbers that a receiver sees which takes each webhook-id once."""
    return list(dict.fromkeys(script.in_order(order)))
