"""Faults that the service once had, put back into the running code: what the simulation must be able to see."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from cleave.application.accept import accept_split
from cleave.application.intake.room import check_order_fits
from cleave.application.split import due_work, split_package
from cleave.application.subscribe import webhooks
from cleave.application.tell import ask_again, attempt, drain, fan_out
from cleave.application.tell.wake_queue import Wake
from cleave.domain.change import after_split, planning, splitting
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import Answer, Delivery
from cleave.domain.events import Event
from cleave.domain.order import Order
from cleave.domain.package_state import PackageState
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.split import Split
from cleave.domain.subscription import Subscription
from cleave.outbound import exchange
from cleave.store.deliveries import queue_delivery
from cleave.store.recipients import read_recipients
from cleave.store.track_leases import Held, look_again, release
from cleave.store.tracks import TrackRef, reopen
from cleave.table.failures import Contended
from cleave.table.table import Table

from tests.simulation.run import MOST_ORDER_BYTES

type PutBack = Callable[[], AbstractContextManager[object]]


@contextlib.contextmanager
def patched(*patches: tuple[object, str, object]) -> Iterator[None]:
    """Each of these attributes is another for as long as the block runs."""
    with ExitStack() as stack:
        for target, name, value in patches:
            stack.enter_context(mock.patch.object(target, name, value))
        yield


def queued_in_part_counts_as_queued() -> AbstractContextManager[object]:
    """Row 1: an event whose deliveries were queued in part is taken for told."""

    def half_queued(table: Table, track: int, delivery: Delivery) -> bool:
        try:
            return queue_delivery(table, track, delivery)
        except Contended:
            return False

    return patched((fan_out, "queue_delivery", half_queued))


def an_odd_answer_breaks_the_sender() -> AbstractContextManager[object]:
    """Row 4: a date that cannot be read is nobody's failed attempt."""

    def answers(
        _: attempt.Attempts, __: Subscription, ___: int, send: Callable[[], Sequence[Answer]]
    ) -> Sequence[Answer]:
        return send()

    return patched((attempt.Attempts, "_answers", answers), (exchange, "_NO_DATE", ValueError))


def wishes_are_asked_at_fan_out() -> AbstractContextManager[object]:
    """Row 5: what a subscription wants is asked when an event is handed on, of then."""
    real = fan_out.fan_out

    def late(table: Table, send_wake: Any, said: Sequence[Event], at: datetime) -> int:
        return real(table, send_wake, [_wanted_now(table, each) for each in said], at)

    return patched((due_work, "fan_out", late))


def _wanted_now(table: Table, event: Event) -> Event:
    wanting = {each.subscription_id for each in read_recipients(table, event.seller_id) if each.is_wanted}
    return replace(event, told={name: telling for name, telling in event.told.items() if name in wanting})


def no_room_is_promised() -> AbstractContextManager[object]:
    """Row 7: each split is accepted as if it were the only one, and its bound is checked when it is carried out."""

    def plan(state: PackageState, planned: PlannedSplit, order: Order, size: int, at: datetime) -> object:
        del size
        return planning(state, planned, replace(order, promised={}), 0, at)

    def checked(state: PackageState, split: Split, order: Order, audience: Any) -> object:
        if state.planned is not None:
            check_order_fits(after_split(order, split), MOST_ORDER_BYTES)
        return splitting(state, split, order, audience)

    return patched((accept_split, "planning", plan), (split_package, "splitting", checked))


def a_failed_record_holds_back_its_order() -> AbstractContextManager[object]:
    """Row 9: behind a record that fails, those of the order's other packages wait for it, whoever sells them."""
    real = due_work.Worker.work_off

    def work_off(self: due_work.Worker, work: Sequence[due_work.Work]) -> list[due_work.Work]:
        failed: list[due_work.Work] = []
        for each in work:
            if any(each.order_number == other.order_number for other in failed):
                failed.append(each)
            else:
                failed += real(self, [each])
        return failed

    return patched((due_work.Worker, "work_off", work_off))


def a_circuit_outlives_its_url() -> AbstractContextManager[object]:
    """Row 14: a new URL gets the circuit of the old one."""
    return patched((webhooks, "as_never_failed", lambda *_: []))


def a_wish_waits_for_the_schedule() -> AbstractContextManager[object]:
    """Row 15: what a person asks for is tried with the next probe that is due anyway."""

    def doing(subscription: Subscription, circuit: Circuit | None, track: TrackRef, place: str, at: datetime) -> object:
        del circuit, place
        return reopen(track, at), Wake(subscription.subscription_id, track.number)

    return patched((ask_again, "_doing", doing))


PUT_BACK: Mapping[int, PutBack] = {
    1: queued_in_part_counts_as_queued,
    4: an_odd_answer_breaks_the_sender,
    5: wishes_are_asked_at_fan_out,
    7: no_room_is_promised,
    9: a_failed_record_holds_back_its_order,
    14: a_circuit_outlives_its_url,
    15: a_wish_waits_for_the_schedule,
}


def a_ring_between_look_and_release_is_lost() -> AbstractContextManager[object]:
    """For the orders of calls: a track is let go whoever has rung since it was taken."""

    def release_anyway(table: Table, held: Held, due: datetime | None) -> bool:
        now = look_again(table, held)
        return now is None or release(table, now, due)

    return patched((drain, "release", release_anyway))
