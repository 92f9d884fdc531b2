"""Sends messages that a person asks for: at once, settled or not, even if their receiver fails."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from cleave.application.contention import contended_refusal
from cleave.application.read.deliveries import DeliveryPage, DeliveryQuery, MessageRef, find_delivery, list_deliveries
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow
from cleave.application.subscribe.webhooks import find_webhook, is_webhook_id
from cleave.application.tell.wake_queue import AT_ONCE, SendWake, Wake
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import track_of
from cleave.domain.refusals import Refusal, RefusalCode, unreadable_refusal
from cleave.domain.subscription import Subscription
from cleave.store.circuits import ask_probe, read_circuit, wish_of
from cleave.store.deliveries import ask_again, place_of, read_delivery, read_waiting
from cleave.store.delivery_items import DamagedDelivery
from cleave.store.tracks import TrackRef, counting_anew, read_owner, reopen
from cleave.table.failures import ConditionsFailed, Contended, OutOfDate
from cleave.table.requests import Write
from cleave.table.retry import until_current
from cleave.table.table import Table

# Deliveries to look at if a track's first ones are damaged.
_LOOKED_AT = 10


def resend(table: Table, send_wake: SendWake, owner: str, subscription_id: str, ref: MessageRef, at: datetime) -> None:
    """Send one message again, at its place in its order, settled or not. Raises Refusal."""
    row, _ = find_delivery(table, owner, subscription_id, ref)
    if isinstance(row, DamagedRow):
        raise unreadable_refusal(f"a delivery of order {row.order_number}")
    subscription = find_webhook(table, owner, subscription_id)
    _send(send_wake, _again(table, subscription, ref.place, [ref.message], at, is_first=True))


def probe_now(table: Table, send_wake: SendWake, subscription_id: str, at: datetime) -> Lane:
    """Send the longest waiting message to a receiver of any owner, even if its circuit is open. Returns the message's
    lane.

    Raises Refusal.
    """
    owner = read_owner(table, subscription_id) if is_webhook_id(subscription_id) else None
    subscription = find_webhook(table, owner or "", subscription_id)
    if not subscription.is_active:
        raise Refusal(RefusalCode.WEBHOOK_PASSIVE, "the webhook is off; waiting messages are sent once it is activated")
    first = min(_heads(table, subscription), key=place_of, default=None)
    if first is None:
        raise Refusal(RefusalCode.NOTHING_WAITS, "nothing waits for the webhook")
    _send(send_wake, _again(table, subscription, place_of(first), [], at, is_first=True))
    return first.lane


def _heads(table: Table, subscription: Subscription) -> Iterator[Delivery]:
    """The first readable waiting delivery of each track."""
    for track in range(subscription.tracks):
        page = read_waiting(table, subscription.subscription_id, track, "", _LOOKED_AT)
        yield from [each for each in page if isinstance(each, Delivery)][:1]


def replay(
    table: Table, send_wake: SendWake, owner: str, subscription_id: str, query: DeliveryQuery, at: datetime
) -> DeliveryPage:
    """Send all messages of a page again, in order, and those at once that wait for a retry.

    Returns the page; its next page has the rest. Raises Refusal.
    """
    subscription = find_webhook(table, owner, subscription_id)
    page = list_deliveries(table, owner, subscription_id, query)
    wanted: dict[str, list[int]] = {}
    for row in _to_ask_for(page.rows):
        wanted.setdefault(row.place, []).append(row.message)
    wakes: list[Wake] = []
    try:
        for number, (place, messages) in enumerate(wanted.items()):
            wakes += _again(table, subscription, place, messages, at, is_first=number == 0)
    finally:
        _send(send_wake, wakes)
    return page


def _to_ask_for(rows: Sequence[DeliveryRow]) -> Sequence[DeliveryRow]:
    """The rows for which a request is stored: all but those that wait without a retry.

    If there are only such rows, their receiver fails, and the first one is tried.
    """
    found = [row for row in rows if not row.is_waiting or row.delivery.not_before is not None]
    return found or rows[:1]


def _send(send_wake: SendWake, wakes: Iterable[Wake]) -> None:
    for each in dict.fromkeys(wakes):
        send_wake(each, AT_ONCE)


def _again(
    table: Table, subscription: Subscription, place: str, messages: Sequence[int], at: datetime, *, is_first: bool
) -> list[Wake]:
    try:
        return until_current(lambda: _ask(table, subscription, place, messages, at, is_first=is_first))
    except Contended:
        raise contended_refusal() from None


def _ask(
    table: Table, subscription: Subscription, place: str, messages: Sequence[int], at: datetime, *, is_first: bool
) -> list[Wake]:
    """The wish, and what has it done: together or not at all.

    ``is_first``: of what is asked for at once, it is what is probed. Raises OutOfDate; Contended where there is no time
    for another one: a repeat of the request asks for the rest.
    """
    if table.is_out_of_time:
        raise Contended("the request's time is over")
    track = _track(subscription, place)
    waiting, settled = read_delivery(table, subscription.subscription_id, track.number, place)
    if isinstance(waiting, DamagedDelivery) or isinstance(settled, DamagedDelivery):
        return []  # it was damaged since it was listed
    if waiting is None and (settled is None or not messages):
        return []  # its time was over since it was listed, or it was sent
    circuit = read_circuit(table, subscription.subscription_id) if is_first else None
    doing, sent = _doing(subscription, circuit, track, place, at)
    try:
        wish = ask_again(track.number, waiting, settled, messages, str(uuid4()))
        counting_anew(table, at, lambda: table.write([wish, doing]))
    except ConditionsFailed as failed:
        raise OutOfDate(str(failed)) from None
    return [sent]


def _track(subscription: Subscription, place: str) -> TrackRef:
    _, seller_id, order_number = place.split("#", 2)
    number = track_of(int(seller_id), order_number, subscription.tracks)
    return TrackRef(subscription.subscription_id, number)


def _doing(
    subscription: Subscription, circuit: Circuit | None, track: TrackRef, place: str, at: datetime
) -> tuple[Write, Wake]:
    """The track's ring or, where only probes are sent, the next probe, now.

    Not both: who drains would find that it may not, and the probe meanwhile that the track is held.
    """
    name = subscription.subscription_id
    if circuit is None or not circuit.is_open:
        return reopen(track, at), Wake(name, track.number)
    return ask_probe(subscription.owner, name, circuit, wish_of(track, place), at), Wake(name, None)
