"""Deliveries: what was queued for a subscription, what of it waits, and every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.clock import from_ms, to_ms
from cleave.domain.delivery import Answer, Delivery, DeliveryState, Lane, Slot
from cleave.store import keys
from cleave.store.attempts import attempt_note
from cleave.store.attributes import Item
from cleave.store.failures import ConditionsFailed
from cleave.store.table import Delete, Put, Replace, Table, Update, Write

# Each delivery is two items of a transaction of 100, beside the lane.
MAX_QUEUED_AT_ONCE = 45
# From when it was queued. What waits goes some days before its delivery: DynamoDB deletes in no order, a few days late.
KEPT = timedelta(days=90)
_DELIVERY_KEPT = KEPT + timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LaneState:
    """How far a lane is: its last event and part (-1: no part), and when each of its deliveries was queued (epoch
    ms; the first is number 1)."""

    lane: Lane
    last_event: int
    last_part: int
    times: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits, of the event ``event_sequence``. ``previous`` is the one before it in its lane;
    ``not_before`` is when it may be tried again (epoch ms)."""

    slot: Slot
    previous: Slot | None
    event_sequence: int
    not_before: int


def sort_key(slot: Slot) -> str:
    """Where a delivery is in its subscription's partitions."""
    return keys.slot(slot.queued_ms, slot.lane.seller_id, slot.lane.order_number, slot.number)


def slot_of(subscription_id: str, text: str) -> Slot:
    """From a sort key; ValueError if it is none."""
    queued_ms, seller_id, order_number, number = text.split("#")
    return Slot(int(queued_ms), Lane(subscription_id, int(seller_id), order_number), int(number))


def read_lanes(table: Table, lanes: Sequence[Lane]) -> list[LaneState]:
    """In the order of ``lanes``; one of which nothing is stored is at its beginning."""
    found = table.batch_get([keys.lane(lane.subscription_id, lane.seller_id, lane.order_number) for lane in lanes])
    items = {(item["pk"], item["sk"]): item for item in found}
    states = []
    for lane in lanes:
        key = keys.lane(lane.subscription_id, lane.seller_id, lane.order_number)
        item = items.get((key["pk"], key["sk"]), {"event": 0, "part": -1, "times": []})
        times = tuple(int(each) for each in item["times"])
        states.append(LaneState(lane, int(item["event"]), int(item["part"]), times))
    return states


def queue(table: Table, state: LaneState, messages: Sequence[tuple[int, int | None]], at: datetime) -> bool:
    """Put deliveries for the next messages (event sequence, part) of a lane; False if somebody else has.

    They are queued now, but after all that was queued on the lane before, whatever this machine's clock says.
    """
    queued_ms = max(to_ms(at), state.times[-1] + 1 if state.times else 0)
    event, part = messages[-1]
    writes: list[Write] = [_advance(state, event, -1 if part is None else part, [queued_ms] * len(messages))]
    previous_ms = state.times[-1] if state.times else None
    for number, (sequence, each_part) in enumerate(messages, start=len(state.times) + 1):
        slot = Slot(queued_ms, state.lane, number)
        writes.append(Put(_delivery_item(slot, previous_ms, sequence, each_part, at)))
        writes.append(Put(_waiting_item(slot, previous_ms, sequence, 0)))
        previous_ms = queued_ms
    try:
        table.write(writes)
    except ConditionsFailed:
        return False
    return True


def _advance(state: LaneState, event: int, part: int, times: list[int]) -> Write:
    lane = state.lane
    key = keys.lane(lane.subscription_id, lane.seller_id, lane.order_number)
    if not state.times:
        return Put({**key, "event": event, "part": part, "times": times})
    return Update(
        key=key,
        change="SET #event = :event, part = :part, times = list_append(times, :times)",
        condition="#event = :was_event AND part = :was_part",
        names={"event": "event"},
        values={
            "event": event,
            "part": part,
            "times": times,
            "was_event": state.last_event,
            "was_part": state.last_part,
        },
    )


def _delivery_item(slot: Slot, previous_ms: int | None, event_sequence: int, part: int | None, at: datetime) -> Item:
    return {
        **keys.delivery(slot.lane.subscription_id, sort_key(slot)),
        "previous": previous_ms,
        "order_number": slot.lane.order_number,
        "event": event_sequence,
        "part": part,
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "created_at": to_ms(at),
        "expires_at": _expiry(slot, _DELIVERY_KEPT),
    }


def _waiting_item(slot: Slot, previous_ms: int | None, event_sequence: int, not_before: int) -> Item:
    key = keys.waiting(slot.lane.subscription_id, slot.lane.track, sort_key(slot))
    said = {"previous": previous_ms, "event": event_sequence, "not_before": not_before}
    return {**key, **said, "expires_at": _expiry(slot, KEPT)}


def _expiry(slot: Slot, kept: timedelta) -> int:
    """In epoch seconds, as DynamoDB's time to live wants it."""
    return int((from_ms(slot.queued_ms) + kept).timestamp())


def waiting_page(table: Table, subscription_id: str, track: int, after: str, limit: int) -> list[Waiting]:
    """What waits on a track, oldest first; along a lane, in the order of its numbers."""
    partition = keys.waiting_partition(subscription_id, track)
    items = table.page(partition, limit, after=after)
    return [_to_waiting(subscription_id, item) for item in items]


def _to_waiting(subscription_id: str, item: Item) -> Waiting:
    slot = slot_of(subscription_id, item["sk"])
    before = _number(item, "previous")
    previous = None if before is None else Slot(before, slot.lane, slot.number - 1)
    return Waiting(slot, previous, int(item["event"]), int(item["not_before"]))


def read_deliveries(table: Table, slots: Sequence[Slot]) -> list[Delivery]:
    """Those of the slots that exist, by their place in the queue."""
    found = table.batch_get([keys.delivery(slot.lane.subscription_id, sort_key(slot)) for slot in slots])
    return sorted((to_delivery(item) for item in found), key=lambda each: sort_key(each.slot))


def delivery_page(table: Table, subscription_id: str, after: str, before: str, limit: int) -> list[Delivery]:
    """Deliveries between two sort keys, oldest first."""
    items = table.page(keys.delivery_partition(subscription_id), limit, after=after, before=before)
    return [to_delivery(item) for item in items]


def note_attempt(
    table: Table, delivery: Delivery, at: datetime, answer: Answer, state: DeliveryState, *, not_before: int
) -> None:
    """Write what became of an attempt: on the delivery, in the attempts log, and in what waits."""
    slot = delivery.slot
    waiting = _waiting_item(slot, delivery.previous_ms, delivery.event_sequence, not_before)
    done = state is not DeliveryState.WAITING
    gone = Delete({"pk": waiting["pk"], "sk": waiting["sk"]})
    table.write(
        [
            _note(delivery, at, answer, state),
            attempt_note(slot.lane.subscription_id, sort_key(slot), at, answer),
            gone if done else Replace(waiting),
        ]
    )


def _note(delivery: Delivery, at: datetime, answer: Answer, state: DeliveryState) -> Update:
    delivered = ", delivered_at = :at" if state is DeliveryState.DELIVERED else ""
    return Update(
        key=keys.delivery(delivery.slot.lane.subscription_id, sort_key(delivery.slot)),
        change="SET #state = :state, attempts = attempts + :one, attempted_at = :at, last_answer = :answer, "
        f"first_attempt_at = if_not_exists(first_attempt_at, :at){delivered}",
        condition="attribute_exists(pk)",
        names={"state": "state"},
        values={"state": state.value, "one": 1, "at": to_ms(at), "answer": answer.word},
    )


def wait_again(table: Table, delivery: Delivery) -> None:
    """Let a delivery be sent once more, at its old place in its lane, with a schedule that begins anew."""
    change = Update(
        key=keys.delivery(delivery.slot.lane.subscription_id, sort_key(delivery.slot)),
        change="SET #state = :waiting, attempts = :zero REMOVE first_attempt_at, delivered_at",
        condition="attribute_exists(pk)",
        names={"state": "state"},
        values={"waiting": DeliveryState.WAITING.value, "zero": 0},
    )
    waiting = _waiting_item(delivery.slot, delivery.previous_ms, delivery.event_sequence, 0)
    table.write([change, Replace(waiting)])


def to_delivery(item: Item) -> Delivery:
    """A delivery from its item."""
    return Delivery(
        slot=slot_of(item["pk"].partition("#")[2], item["sk"]),
        previous_ms=_number(item, "previous"),
        event_sequence=int(item["event"]),
        part=_number(item, "part"),
        state=DeliveryState(item["state"]),
        attempts=int(item["attempts"]),
        created_at=from_ms(int(item["created_at"])),
        first_attempt_at=_moment(item, "first_attempt_at"),
        attempted_at=_moment(item, "attempted_at"),
        delivered_at=_moment(item, "delivered_at"),
        last_answer=item.get("last_answer"),
    )


def _moment(item: Item, name: str) -> datetime | None:
    milliseconds = _number(item, name)
    return None if milliseconds is None else from_ms(milliseconds)


def _number(item: Item, name: str) -> int | None:
    value = item.get(name)
    return None if value is None else int(value)
