"""What comes between two calls of a fan-out or a drain: wishes, the same work again, the end of the process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.operate.receivers import Backlog, list_receivers
from cleave.application.read.deliveries import DeliveryQuery, MessageRef, list_deliveries
from cleave.application.subscribe.activation import activate, deactivate
from cleave.application.tell.ask_again import replay, resend
from cleave.application.tell.drain import DrainResult
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.wake_queue import Wake
from cleave.domain.circuit import after_failure
from cleave.domain.delivery import Answer, DeliveryState
from cleave.domain.events import Event, track_of
from cleave.domain.subscription import seller_owner
from cleave.store import order_keys
from cleave.store.circuits import read_circuit, write_circuit
from cleave.store.deliveries import delete_waiting, delivery_place, read_waiting
from cleave.store.track_leases import end_probe, release, take
from cleave.table.requests import Put
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.killing import Killed
from tests.support.telling import (
    OK,
    POLICY,
    SELLER,
    TRACKS,
    DelayQueue,
    Script,
    drainer,
    readable,
    status,
    store_event,
    tell,
    webhook,
)

OWNER = seller_owner(SELLER)


@pytest.fixture
def bell(clock: FrozenClock) -> DelayQueue:
    return DelayQueue(clock)


@contextmanager
def just_before(table: Table, operation: str, kind: str, do: Callable[[], object]) -> Iterator[list[str]]:
    """Have something done once, before the first such call that is about an item of a kind."""
    done: list[str] = []

    def look(params: dict[str, Any], **_: object) -> None:
        if kind in repr(params) and not done:
            done.append(operation)
            do()

    name = f"before-parameter-build.dynamodb.{operation}"
    table.client.meta.events.register(name, look)
    try:
        yield done
    finally:
        table.client.meta.events.unregister(name, look)


def asking(table: Table, bell: DelayQueue, subscription_id: str, event: Event) -> Callable[[], None]:
    """A person asks for the event's first message."""
    ref = MessageRef(delivery_place(event.at, event.seller_id, event.order_number), 0)
    return lambda: resend(table, bell, OWNER, subscription_id, ref, bell.clock())


def die() -> None:
    raise Killed


def waiting(table: Table, subscription_id: str, order: str) -> int:
    return len(read_waiting(table, subscription_id, track_of(SELLER, order, TRACKS), "", 10))


def test_what_is_fanned_out_again_after_all_was_told_is_shown_as_told_and_not_sent(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    bell.run(drainer(table, script, bell))
    fan_out(table, bell, [event], clock())
    rows = list_deliveries(table, OWNER, made.subscription_id, DeliveryQuery()).rows
    assert [row.state for row in rows] == [DeliveryState.DELIVERED]
    bell.run(drainer(table, script, bell))
    assert (script.in_order("A"), waiting(table, made.subscription_id, "A")) == ([1], 0)


def test_a_late_fan_out_that_dies_before_it_rings_leaves_nothing_to_send(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    """What it put is shown as told, and the next drain of the track deletes it and sends what came since."""
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    bell.run(drainer(table, script, bell))
    with just_before(table, "UpdateItem", "TRACK#", die), pytest.raises(Killed):
        fan_out(table, bell, [event], clock())
    rows = list_deliveries(table, OWNER, made.subscription_id, DeliveryQuery()).rows
    assert [row.state for row in rows] == [DeliveryState.DELIVERED]
    assert (bell.wakes, waiting(table, made.subscription_id, "A")) == ([], 1)
    tell(table, bell, store_event(table, "A", clock()))
    bell.run(drainer(table, script, bell))
    assert (script.in_order("A"), waiting(table, made.subscription_id, "A")) == ([1, 2], 0)


def test_what_a_late_fan_out_left_is_no_backlog_of_its_receiver(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    """All tracks are looked at where the receiver is off; what a person asked for waits all the same."""
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    bell.run(drainer(table, script, bell))
    deactivate(table, OWNER, made.subscription_id, clock())
    with just_before(table, "UpdateItem", "TRACK#", die), pytest.raises(Killed):
        fan_out(table, bell, [event], clock())
    assert waiting(table, made.subscription_id, "A") == 1
    assert [each.backlog for each in list_receivers(table).receivers] == [Backlog()]
    (row,) = list_deliveries(table, OWNER, made.subscription_id, DeliveryQuery()).rows
    activate(table, bell, OWNER, made.subscription_id, clock())
    resend(table, bell, OWNER, made.subscription_id, MessageRef(row.place, 0), clock())
    assert [each.backlog for each in list_receivers(table).receivers] == [Backlog(1, oldest=event.at)]


def test_a_late_fan_out_leaves_a_persons_wish_as_it_is(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    bell.run(drainer(table, script, bell))
    asking(table, bell, made.subscription_id, event)()
    fan_out(table, bell, [event], clock())
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 1]


def test_a_wish_between_the_two_writes_of_an_end_is_not_deleted(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    with just_before(table, "DeleteItem", "WAITING#", asking(table, bell, made.subscription_id, event)) as asked:
        bell.run(drainer(table, script, bell))
    assert asked
    assert (script.in_order("A"), waiting(table, made.subscription_id, "A")) == ([1, 1], 0)


def test_a_wish_while_a_failure_is_noted_is_tried_at_once(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    made, script = webhook(table, clock()), Script()
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    answers = iter([status(422)])
    script.decide = lambda *_: next(answers, OK)
    with just_before(table, "UpdateItem", "WAITING#", asking(table, bell, made.subscription_id, event)) as asked:
        bell.run(drainer(table, script, bell))
    assert asked
    assert script.in_order("A") == [1]


def outage(table: Table, clock: FrozenClock, bell: DelayQueue, script: Script) -> tuple[str, Event]:
    """A webhook whose receiver has failed for an hour, so that it gets probes alone; and an event that waits."""
    made, script.answer = webhook(table, clock()), status(503)
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    bell.run_until(drainer(table, script, bell), clock() + timedelta(hours=1))
    bell.sent.clear()
    return made.subscription_id, event


def test_a_wish_while_only_probes_are_sent_rings_nobody_who_would_be_in_the_probes_way(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)
    tried = len(script.tried)
    asking(table, bell, subscription_id, event)()
    assert bell.wakes == [Wake(subscription_id, None)]
    bell.run(drainer(table, script, bell))
    assert len(script.tried) == tried + 1


def test_a_wish_whose_track_is_held_is_tried_when_its_holder_is_done(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    script, track = Script(), track_of(SELLER, "A", TRACKS)
    subscription_id, event = outage(table, clock, bell, script)
    tried = len(script.tried)
    asking(table, bell, subscription_id, event)()
    held = take(table, subscription_id, track, "another", clock(), probe=True)
    assert held is not None
    bell.run(drainer(table, script, bell))
    assert len(script.tried) == tried
    end_probe(table, held, clock())
    bell.run_until(drainer(table, script, bell), clock() + timedelta(seconds=10))
    assert len(script.tried) == tried + 1


@pytest.mark.parametrize("order", ["A", "B"])
def test_a_wish_while_a_probe_is_under_way_has_a_try_of_its_own(
    table: Table, clock: FrozenClock, bell: DelayQueue, order: str
) -> None:
    """On the same track or on another one: the outcome of a request that began before it is no answer to it."""
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)
    other = store_event(table, order, clock())
    tell(table, bell, other)
    drain, wishes = drainer(table, script, bell), [asking(table, bell, subscription_id, other)]

    def meanwhile(*_: object) -> Answer:
        for wish in wishes[:1]:
            wishes.clear()
            wish()
            clock.move(seconds=10)
            if order == "B":
                bell.run(drain)
        return status(503)

    script.decide = meanwhile
    tried = len(script.tried)
    asking(table, bell, subscription_id, event)()
    bell.run_until(drain, clock() + timedelta(seconds=30))
    assert len(script.tried) == tried + 2


def test_a_wish_whose_track_is_held_is_not_used_up_by_what_waits_on_another(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)
    tell(table, bell, store_event(table, "B", clock()))
    held = take(table, subscription_id, track_of(SELLER, "A", TRACKS), "another", clock(), probe=True)
    assert held is not None
    script.tried.clear()
    asking(table, bell, subscription_id, event)()
    bell.run(drainer(table, script, bell))
    end_probe(table, held, clock())
    bell.run_until(drainer(table, script, bell), clock() + timedelta(seconds=10))
    assert [each.split("-")[1] for each in script.tried] == ["A"]


def test_a_wish_is_tried_though_an_older_request_fails_after_its_probe_was_claimed(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)

    def fail() -> None:
        failing = read_circuit(table, subscription_id)
        assert failing is not None
        write_circuit(table, OWNER, subscription_id, after_failure(failing, clock(), POLICY, 0.5, probe=True))

    tried = len(script.tried)
    asking(table, bell, subscription_id, event)()
    with just_before(table, "UpdateItem", "TRACK#", fail) as failed:
        bell.run_until(drainer(table, script, bell), clock() + timedelta(seconds=10))
    assert failed
    assert len(script.tried) == tried + 1


def test_the_circuit_of_a_receiver_for_which_nothing_waits_any_more_is_closed(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    """Nothing would be probed, for ever."""
    script, track = Script(), track_of(SELLER, "A", TRACKS)
    subscription_id, _ = outage(table, clock, bell, script)
    for each in readable(read_waiting(table, subscription_id, track, "", 10)):
        table.delete(delete_waiting(track, each))
    clock.move(hours=12)
    assert drainer(table, script, bell)(Wake(subscription_id, None)) is DrainResult.DRAINED
    assert read_circuit(table, subscription_id) is None
    script.answer = OK
    tell(table, bell, store_event(table, "B", clock()))
    bell.run(drainer(table, script, bell))
    assert script.in_order("B") == [1]


def test_a_wish_for_what_cannot_be_sent_is_looked_at_once(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    """Its event is damaged, and nothing else waits: the next probe comes in its time."""
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)
    key = order_keys.event(event.seller_id, event.order_number, event.first)
    table.put(Put({**(table.get(key) or {}), "format": 99}))
    asking(table, bell, subscription_id, event)()
    bell.run(drainer(table, script, bell))
    assert bell.wakes == []


def test_a_track_that_is_woken_while_a_probe_holds_it_is_drained_once_the_probe_ends(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    """Its owner turns the webhook off and on; whoever is woken by that finds the track held."""
    script = Script()
    subscription_id, event = outage(table, clock, bell, script)
    drain = drainer(table, script, bell)
    answers = iter([status(503)])

    def meanwhile(*_: object) -> Answer:
        failed = next(answers, None)
        if failed is not None:
            deactivate(table, OWNER, subscription_id, clock())
            activate(table, bell, OWNER, subscription_id, clock())
            bell.run(drain)
        return failed or OK

    script.decide = meanwhile
    asking(table, bell, subscription_id, event)()
    clock.move(seconds=1)
    bell.run(drain)
    assert script.in_order("A") == [1]


@pytest.mark.parametrize("ask", ["resend", "replay"])
def test_a_wish_behind_a_message_that_waits_for_its_retry_is_tried_at_once_with_it(
    table: Table, clock: FrozenClock, bell: DelayQueue, ask: str
) -> None:
    made, script = webhook(table, clock()), Script()
    answers = iter([status(422)])
    script.decide = lambda *_: next(answers, OK)
    tell(table, bell, store_event(table, "A", clock()))
    bell.run(drainer(table, script, bell))
    clock.move(seconds=1)
    event = store_event(table, "A", clock())
    tell(table, bell, event)
    if ask == "resend":
        asking(table, bell, made.subscription_id, event)()
    else:
        replay(table, bell, OWNER, made.subscription_id, DeliveryQuery(since=event.at), clock())
    bell.run(drainer(table, script, bell))
    assert script.in_order("A") == [1, 2]


def test_one_replay_tries_a_message_that_is_refused_once(table: Table, clock: FrozenClock, bell: DelayQueue) -> None:
    """However often its wishes wake the track: else they would open the circuit of a receiver that works."""
    made, script, track = webhook(table, clock()), Script(), track_of(SELLER, "A", TRACKS)
    events = [store_event(table, "A", clock()) for _ in range(8)]
    for event in events:
        tell(table, bell, event)
    drain = drainer(table, script, bell)
    bell.run(drain)
    (first, *_) = script.tried
    script.tried.clear()
    script.answer = status(422)

    def drained(params: dict[str, Any], **_: object) -> None:
        if "WAITING#" in repr(params):
            clock.move(seconds=0.01)
            drain(Wake(made.subscription_id, track))

    table.client.meta.events.register("before-parameter-build.dynamodb.TransactWriteItems", drained)
    page = replay(table, bell, OWNER, made.subscription_id, DeliveryQuery(since=events[0].at), clock())
    assert (len(page.rows), script.tried) == (8, [first])


@pytest.mark.parametrize(("operation", "kind"), [("PutItem", "DELIVERY#"), ("DeleteItem", "WAITING#")])
def test_who_dies_while_an_end_is_written_loses_nothing(
    table: Table, clock: FrozenClock, bell: DelayQueue, operation: str, kind: str
) -> None:
    made, script = webhook(table, clock()), Script()
    tell(table, bell, store_event(table, "A", clock()))
    drain = drainer(table, script, bell)
    with just_before(table, operation, kind, die), pytest.raises(Killed):
        bell.run(drain)
    clock.move(seconds=91)
    tell(table, bell, store_event(table, "A", clock()))
    drain.drain(made.subscription_id, track_of(SELLER, "A", TRACKS))
    bell.run_until(drain, clock() + timedelta(minutes=15))
    assert list(dict.fromkeys(script.in_order("A"))) == [1, 2]
    assert waiting(table, made.subscription_id, "A") == 0


@pytest.mark.parametrize("retry_after", [None, timedelta(hours=12)])
def test_who_rings_while_the_track_is_let_go_has_it_drained(
    table: Table, clock: FrozenClock, bell: DelayQueue, retry_after: timedelta | None
) -> None:
    """The holder read what waits before the delivery was put, and lets go between the two calls of the ring."""
    made, script = webhook(table, clock()), Script()
    tell(table, bell, store_event(table, "A", clock()))
    bell.sent.clear()  # its message is being handled
    held = take(table, made.subscription_id, track_of(SELLER, "A", TRACKS), "holder", clock())
    assert held is not None

    def let_go() -> None:
        assert release(table, held, None if retry_after is None else clock() + retry_after)

    later = store_event(table, "A", clock())
    with just_before(table, "UpdateItem", "'SET rings = rings + :one, #due = if_not_exists", let_go) as met:
        fan_out(table, bell, [later], clock())
    assert met
    bell.run(drainer(table, script, bell))
    assert script.told


def test_a_success_that_knew_an_old_circuit_does_not_close_a_new_one(
    table: Table, clock: FrozenClock, bell: DelayQueue
) -> None:
    """The new one shut tracks, which only its own end opens; versions count from each first failure on."""
    made, script = webhook(table, clock()), Script()
    of_b = iter([status(500), OK, status(500, 60)])
    script.decide = lambda _, delivery: OK if delivery.lane.order_number == "A" else next(of_b, OK)
    drain = drainer(table, script, bell).drain
    track_a, track_b = (track_of(SELLER, order, TRACKS) for order in "AB")
    beside_b = next(name for n in range(100) if track_of(SELLER, name := f"B{n}", TRACKS) == track_b)
    assert track_a != track_b
    for order in ("A", "B"):
        tell(table, bell, store_event(table, order, clock()))
    drain(made.subscription_id, track_b)
    clock.move(seconds=6)

    def b_succeeds_and_fails() -> None:
        for order in ("B", beside_b):
            tell(table, bell, store_event(table, order, clock()))
        drain(made.subscription_id, track_b)

    with just_before(table, "DeleteItem", "CIRCUIT#", b_succeeds_and_fails) as met:
        drain(made.subscription_id, track_a)
    assert met
    bell.run_until(drainer(table, script, bell), clock() + timedelta(minutes=15))
    assert [script.in_order(order) for order in ("A", "B", beside_b)] == [[1], [1, 2], [1]]
