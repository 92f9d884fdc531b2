"""Sends the waiting messages of a receiver that works again."""

from datetime import datetime

from cleave.application.tell.wake_queue import AT_ONCE, SendWake, Wake
from cleave.domain.circuit import Circuit
from cleave.domain.subscription import Subscription
from cleave.logs import Log, note
from cleave.store.circuits import close_circuit, forget_circuit
from cleave.store.tracks import TrackRef, counting_anew, reopen
from cleave.table.requests import Write
from cleave.table.table import Table


def tracks_of(subscription: Subscription) -> list[TrackRef]:
    return [TrackRef(subscription.subscription_id, number) for number in range(subscription.tracks)]


def wakes_of(subscription: Subscription, at: datetime) -> list[Write]:
    """Writes for another's transaction, which have all of a webhook's waiting deliveries sent now."""
    return [reopen(track, at) for track in tracks_of(subscription)]


def as_never_failed(subscription: Subscription, at: datetime) -> list[Write]:
    """The writes, for another's transaction, after which nothing is known of its receiver, and all is sent now."""
    return [forget_circuit(subscription.subscription_id), *wakes_of(subscription, at)]


def send_wakes(send_wake: SendWake, subscription: Subscription) -> None:
    """Queue a message for each track, after that transaction is written."""
    for track in tracks_of(subscription):
        send_wake(Wake(track.subscription_id, track.number), AT_ONCE)


def recover(table: Table, send_wake: SendWake, subscription: Subscription, circuit: Circuit, at: datetime) -> bool:
    """Delete the circuit. If it was open, have all waiting deliveries sent.

    False if another request has failed or succeeded since the circuit was read: its writer has newer facts.
    """
    along = wakes_of(subscription, at) if circuit.is_open else []
    name = subscription.subscription_id
    if not counting_anew(table, at, lambda: close_circuit(table, name, circuit, along)):
        return False
    if circuit.is_open:
        owner, host = subscription.owner, subscription.host
        note(Log.RECEIVER_RECOVERED, owner=owner, host=host, subscription=name)
        send_wakes(send_wake, subscription)
    return True
