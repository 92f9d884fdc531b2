"""A track, its lease or a circuit is damaged: everybody is told all the same, in order, and it is made anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.operate.reconcile import reconcile
from cleave.application.split.due_work import Worker
from cleave.application.subscribe.activation import activate
from cleave.application.tell.ask_again import probe_now
from cleave.application.tell.fan_out import fan_out
from cleave.domain.events import track_of
from cleave.domain.subscription import seller_owner
from cleave.store import webhook_keys
from cleave.store.track_leases import LEASE, release, take
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.store.tracks import read_owner, ring
from cleave.table.failures import Misfit
from cleave.table.requests import Key, Put
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.simulation.engine import Engine
from tests.support.telling import OK, SELLER, TRACKS, DelayQueue, Drainer, Script, drainer, happen, status, store_event
from tests.support.telling import webhook as new_webhook

OWNER = seller_owner(SELLER)
MISSING = object()
DAMAGE: dict[str, object] = {
    "missing": MISSING,
    "a text": "damaged",
    "a text of a number": "5",
    "null": None,
    "a list": ["damaged"],
    "a map": {"damaged": 1},
    "bytes": b"damaged",
    "yes": True,
    "too much": 10**30,
    "less than nothing": -99,
}
ATTRIBUTES = ("rings", "owner", "format", "holder", "until", "reminded", "works_since")
# The first is what is told on the damaged track.
ORDERS = [next(str(order) for order in range(999) if track_of(SELLER, str(order), TRACKS) == n) for n in range(TRACKS)]


@dataclass(frozen=True)
class Side:
    """One webhook, and its deliveries."""

    table: Table
    clock: FrozenClock
    bell: DelayQueue
    script: Script
    drain: Drainer
    webhook: str

    def put(self, key: Key, values: Mapping[str, object]) -> None:
        found = {**(self.table.get(key) or {}), **values}
        self.table.put(Put({name: value for name, value in found.items() if value is not MISSING}))

    def damage(self, **values: object) -> None:
        self.put(webhook_keys.track(self.webhook, 0), values)

    def later(self, **time: float) -> None:
        """Messages of that time are handled; then the scheduled function runs, and what it wakes."""
        self.bell.run_until(self.drain, self.clock() + timedelta(**time))
        reconcile(self.table, Worker(self.table, self.bell, TrackingNumbers()), self.clock())
        self.bell.run(self.drain)


@pytest.fixture
def side(clock: FrozenClock) -> Side:
    """On a table that compares values of different types as DynamoDB does."""
    table = Table(Engine(), "any")  # type: ignore[arg-type] # as far as the store uses a client
    bell, script = DelayQueue(clock), Script(OK)
    return Side(table, clock, bell, script, drainer(table, script, bell), new_webhook(table, clock()).subscription_id)


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name in ATTRIBUTES for kind in DAMAGE if (name, kind) != ("format", "too much")]
)
def test_whatever_of_a_track_is_damaged_all_are_told_in_order(side: Side, name: str, kind: str) -> None:
    side.damage(holder="gone", until=0)
    side.damage(**{name: DAMAGE[kind]})
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 2))
    side.later(seconds=1)
    happen(side.table, side.bell, ORDERS[0], range(2, 3))
    side.later(seconds=1)
    assert [side.script.in_order(order) for order in ORDERS] == [[1, 2], *[[1]] * (TRACKS - 1)]


@pytest.mark.parametrize("kind", [kind for kind in DAMAGE if kind not in {"too much", "less than nothing"}])
def test_rings_that_cannot_be_counted_are_counted_anew_and_it_is_said(
    side: Side, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    side.damage(rings=DAMAGE[kind])
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    said = [vars(each)["item"] for each in caplog.records if each.message == "track.damaged"]
    assert said == [f"TRACK#{side.webhook} 0"]
    side.later(seconds=1)
    assert side.script.in_order(ORDERS[0]) == [1]


def test_who_holds_a_track_hears_that_it_was_rung_though_its_rings_were_damaged_meanwhile(side: Side) -> None:
    event = store_event(side.table, ORDERS[0], side.clock())
    fan_out(side.table, side.bell, [event], side.clock())
    held = take(side.table, side.webhook, 0, "holder", side.clock())
    assert held is not None
    side.damage(rings="damaged")
    ring(side.table, held.track, side.clock())
    assert release(side.table, held, None) is False


def test_a_track_of_a_later_version_is_left_as_it_is_and_keeps_no_other_from_being_rung(side: Side) -> None:
    side.damage(format=99, rings=["of", "a", "later", "version"])
    written = side.table.get(webhook_keys.track(side.webhook, 0))
    events = [store_event(side.table, order, side.clock()) for order in ORDERS]
    with pytest.raises(Misfit):
        fan_out(side.table, side.bell, events, side.clock())
    side.later(seconds=1)
    assert [side.script.in_order(order) for order in ORDERS] == [[], *[[1]] * (TRACKS - 1)]
    assert side.table.get(webhook_keys.track(side.webhook, 0)) == written


@pytest.mark.parametrize("until", [each for each in DAMAGE.values() if each is not MISSING])
def test_a_hold_without_an_end_is_over(side: Side, until: object) -> None:
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    side.damage(holder="gone", until=until)
    assert take(side.table, side.webhook, 0, "next", side.clock()) is not None


def test_a_hold_lasts_as_long_as_its_lease_and_no_longer(side: Side) -> None:
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    assert take(side.table, side.webhook, 0, "first", side.clock()) is not None
    assert take(side.table, side.webhook, 0, "next", side.clock() + LEASE) is None
    assert take(side.table, side.webhook, 0, "next", side.clock() - LEASE / 2) is None  # its clock is behind
    assert take(side.table, side.webhook, 0, "next", side.clock() + LEASE + timedelta(milliseconds=1)) is not None


OPEN = status(503, retry_after=3600)


@pytest.mark.parametrize("kind", [kind for kind in DAMAGE if kind not in {"too much", "less than nothing"}])
def test_a_receiver_that_is_back_recovers_though_a_track_is_damaged(side: Side, kind: str) -> None:
    side.script.answer = OPEN
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 2))
    side.later(seconds=1)
    side.damage(rings=DAMAGE[kind])
    side.script.answer = OK
    side.later(hours=2)
    assert [side.script.in_order(order) for order in ORDERS] == [[1]] * TRACKS


@pytest.mark.parametrize("ask", ["activate", "probe"])
def test_what_a_person_asks_for_is_done_though_a_track_is_damaged(side: Side, ask: str) -> None:
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    side.damage(rings="damaged", owner="damaged")
    if ask == "activate":
        activate(side.table, side.bell, OWNER, side.webhook, side.clock())
    else:
        probe_now(side.table, side.bell, side.webhook, side.clock())
    side.bell.run(side.drain)
    assert side.script.in_order(ORDERS[0]) == [1]
    assert read_owner(side.table, side.webhook) == OWNER


DAMAGED_CIRCUITS: dict[str, dict[str, Any]] = {
    **{f"{name} missing": {name: MISSING} for name in ("failures", "since", "owner", "probes", "version")},
    **{f"{name} null": {name: None} for name in ("failures", "since", "owner")},
    "a list of probes": {"probes": ["damaged"]},
    "another format": {"format": "damaged"},
}


@pytest.mark.parametrize("kind", DAMAGED_CIRCUITS)
def test_what_waits_for_a_receiver_is_told_though_its_circuit_is_damaged(side: Side, kind: str) -> None:
    """While it is open nothing rings its tracks."""
    side.script.answer = OPEN
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 2))
    side.later(seconds=1)
    side.put(webhook_keys.circuit(side.webhook), DAMAGED_CIRCUITS[kind])
    side.script.answer = OK
    side.later(hours=2)
    side.later(hours=1)
    assert [side.script.in_order(order) for order in ORDERS] == [[1]] * TRACKS


@pytest.mark.parametrize("asked", [MISSING, "", "0", "x/1#1#A", "0/1", 5, b"0", ["0"]])
def test_what_a_person_asked_for_is_tried_though_the_circuit_does_not_say_what_it_was(
    side: Side, asked: object
) -> None:
    side.script.answer = OPEN
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    side.later(seconds=1)
    side.put(webhook_keys.circuit(side.webhook), {"asked": asked, "due": 0})
    side.script.answer = OK
    side.later(seconds=1)
    assert side.script.in_order(ORDERS[0]) == [1]


def test_a_circuit_that_lost_its_next_probe_is_no_closed_one(side: Side) -> None:
    """Nothing else opens the other tracks: who asks for one message has all sent."""
    side.script.answer = OPEN
    for order in ORDERS:
        happen(side.table, side.bell, order, range(1, 2))
    side.later(seconds=1)
    side.later(hours=2)
    side.put(webhook_keys.circuit(side.webhook), {"due": MISSING})
    side.script.answer = OK
    probe_now(side.table, side.bell, side.webhook, side.clock())
    side.later(seconds=1)
    assert [side.script.in_order(order) for order in ORDERS] == [[1]] * TRACKS


@pytest.mark.parametrize("due", [-1, -99, -(10**13)])
def test_a_track_that_is_due_before_all_time_is_drained(side: Side, due: int) -> None:
    happen(side.table, side.bell, ORDERS[0], range(1, 2))
    side.bell.sent.clear()
    side.damage(due=due)
    side.later(seconds=1)
    assert side.script.in_order(ORDERS[0]) == [1]
