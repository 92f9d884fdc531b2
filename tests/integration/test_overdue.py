"""The scheduled function looks at everything that is overdue, whatever kind it is, and lets none hold back another."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cleave.application.operate.gauges import read_gauges
from cleave.application.operate.reconcile import Reconciled, reconcile, shards_from
from cleave.application.split.due_work import Worker
from cleave.application.tell.wake_queue import Wake
from cleave.domain.circuit import Circuit
from cleave.domain.status import Status
from cleave.domain.subscription import seller_owner
from cleave.store import keys, order_keys
from cleave.store.circuits import write_circuit
from cleave.store.owners import end_owner
from cleave.store.packages import read_state
from cleave.store.subscriptions import read_owned
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.store.tracks import TrackRef, ring
from cleave.table.requests import Update
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.splits import apply_waiting
from tests.support.telling import SELLER, webhook

FIRST, SECOND = 3330811901, 3330811902
OWNER = seller_owner(SELLER)


@dataclass
class Run:
    """The scheduled function on this table; ``sent`` are its messages."""

    table: Table
    clock: FrozenClock
    sent: list[Wake] = field(default_factory=list)
    broken: bool = False

    def __call__(self) -> Reconciled:
        worker = Worker(self.table, self._send, TrackingNumbers())
        return reconcile(self.table, worker, self.clock())

    def _send(self, wake: Wake, delay: timedelta) -> None:
        if self.broken:
            raise ConnectionError
        assert delay == timedelta(0)
        self.sent.append(wake)


@pytest.fixture
def run(load: Callable[[str], list[dict[str, Any]]], table: Table, clock: FrozenClock) -> Run:
    load("sample-orders")
    return Run(table, clock)


def cancel(seller: Caller, package_id: int = FIRST) -> None:
    line = {FIRST: 4765081101, SECOND: 4765081201}[package_id]
    path = {"sellerId": SELLER, "packageId": package_id}
    body = {"lines": [{"lineId": line, "quantity": 1}], "reasonId": 500}
    assert seller.call(cancel_package, body, path=path).status == 200


def status_of(table: Table, package_id: int = FIRST) -> str:
    state = read_state(table, SELLER, package_id)
    assert state is not None
    return state.package.status


def test_a_package_is_left_to_the_stream_for_a_minute(run: Run, table: Table, de_seller: Caller) -> None:
    cancel(de_seller)
    run.clock.move(seconds=59)
    assert (run(), status_of(table)) == (Reconciled(), Status.CREATED)
    run.clock.move(seconds=1)
    assert (run(), status_of(table)) == (Reconciled(done=1), Status.CANCELLED)
    assert run() == Reconciled()


def test_an_event_is_fanned_out_after_a_minute(run: Run, table: Table, de_seller: Caller) -> None:
    made = webhook(table, run.clock())
    path = {"sellerId": SELLER, "packageId": FIRST}
    assert de_seller.call(update_package, {"status": "Picking"}, path=path).status == 200
    run.clock.move(minutes=1)
    assert run().done == 1
    assert {wake.subscription_id for wake in run.sent} == {made.subscription_id}
    run.clock.move(minutes=1)
    assert run() == Reconciled(woken=1), "its track, which nobody has drained yet"


def test_a_track_and_a_circuit_are_woken_when_they_are_due(run: Run, table: Table) -> None:
    made = webhook(table, run.clock())
    track = TrackRef(made.subscription_id, 3)
    at = run.clock()
    ring(table, track, at)
    write_circuit(table, OWNER, made.subscription_id, Circuit(5, at, at + timedelta(seconds=30), 0, 1))
    assert run() == Reconciled(woken=1)
    run.clock.move(seconds=30)
    assert run() == Reconciled(woken=2)
    assert run.sent == [Wake(made.subscription_id, 3), *run.sent[1:]]
    assert set(run.sent) == {Wake(made.subscription_id, 3), Wake(made.subscription_id, None)}


def test_the_webhooks_of_an_owner_that_ended_are_ended(run: Run, table: Table) -> None:
    """Whoever revoked the last credential may have died before he came to them."""
    webhook(table, run.clock())
    table.update(end_owner(OWNER, run.clock()))
    assert run() == Reconciled(done=1)
    assert (read_owned(table, OWNER).subscriptions, run()) == ([], Reconciled())


def test_what_fails_is_counted_and_holds_back_nothing(run: Run, table: Table, de_seller: Caller) -> None:
    for package_id in (FIRST, SECOND):
        cancel(de_seller, package_id)
    made = webhook(table, run.clock())
    ring(table, TrackRef(made.subscription_id, 0), run.clock())
    damage(table)
    run.clock.move(minutes=1)
    run.broken = True
    assert run() == Reconciled(done=0, failed=2), "one is damaged, the other's webhook cannot be rung"
    assert (status_of(table, SECOND), run.sent) == (Status.CANCELLED, [])
    run.broken = False
    assert run() == Reconciled(done=1, failed=1, woken=2)


def damage(table: Table) -> None:
    key = order_keys.package(SELLER, FIRST)
    table.update(Update(key, "SET document = :nothing", "attribute_exists(pk)", {"nothing": b""}))


def test_each_run_begins_at_another_shard_and_comes_to_all(run: Run) -> None:
    starts = {shards_from(run.clock() + timedelta(minutes=minute))[0] for minute in range(keys.DUE_SHARDS)}
    assert starts == set(range(keys.DUE_SHARDS))
    assert sorted(shards_from(run.clock())) == list(range(keys.DUE_SHARDS))


def test_nothing_is_begun_when_the_time_is_up(run: Run, table: Table, de_seller: Caller) -> None:
    cancel(de_seller)
    run.clock.move(minutes=1)
    run.table = replace(table, deadline=time.monotonic() - 1)
    assert (run(), status_of(table)) == (Reconciled(), Status.CREATED)


def ages(table: Table, at: datetime) -> tuple[float, float, float, int]:
    found = read_gauges(table, at)
    return found.cancellation, found.event, found.delivery, found.failing


def test_gauges_tell_how_long_the_oldest_of_each_kind_is_overdue(run: Run, table: Table, de_seller: Caller) -> None:
    made = webhook(table, run.clock())
    assert ages(table, run.clock()) == (0, 0, 0, 0)
    cancel(de_seller)
    run.clock.move(seconds=10)
    path = {"sellerId": SELLER, "packageId": SECOND}
    assert de_seller.call(update_package, {"status": "Picking"}, path=path).status == 200
    run.clock.move(seconds=10)
    at = run.clock()
    ring(table, TrackRef(made.subscription_id, 0), at)
    run.clock.move(seconds=10)
    assert ages(table, run.clock()) == (30, 20, 10, 0)
    write_circuit(
        table, OWNER, made.subscription_id, Circuit(9, at - timedelta(hours=1), at + timedelta(hours=2), 3, 1)
    )
    assert ages(table, run.clock()) == (30, 20, 3610, 1), "since when a receiver fails, however late its next probe is"
    apply_waiting(table)
    assert ages(table, run.clock())[0] == 0
