"""The items of deliveries, waiting and settled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleave.clock import from_ms, optional_moment, optional_ms, to_ms
from cleave.domain.delivery import Delivery, DeliveryState, Lane, Outcome
from cleave.store import keys, webhook_keys
from cleave.store.events import MOST_MESSAGES, from_text, to_text
from cleave.store.formats import CURRENT, Unreadable, numbers, owner_name, read_with, text, within
from cleave.store.retention import delivery_expiry
from cleave.table.attributes import Item

# States in a settled or waiting item, one letter each.
_STATES = {DeliveryState.DELIVERED: "d", DeliveryState.EXHAUSTED: "e", DeliveryState.WAITING: "w"}
_LETTERS = {letter: state for state, letter in _STATES.items()}


@dataclass(frozen=True, slots=True)
class DamagedDelivery:
    """A delivery whose item cannot be read: the facts in its key."""

    lane: Lane
    event_at: datetime


type Listed = Delivery | DamagedDelivery


def delivery_item(delivery: Delivery) -> Item:
    previous = delivery.previous_at
    return {
        **CURRENT,
        "owner": delivery.owner,
        "event": delivery.event,
        "selection": to_text(delivery.selection),
        "count": delivery.count,
        "first": delivery.first,
        **({} if previous is None else {"previous": to_ms(previous)}),
        **progress_item(delivery),
        **({} if delivery.asked is None else {"asked": delivery.asked}),
        keys.EXPIRES: delivery_expiry(delivery.event_at),
    }


def progress_item(delivery: Delivery) -> Item:
    """The attributes that change while a delivery waits."""
    return {
        "progress": delivery.progress,
        "again": sorted(delivery.again),
        "attempts": delivery.attempts,
        "first_attempt": optional_ms(delivery.first_attempt_at),
        "not_before": optional_ms(delivery.not_before),
        "outcomes": {str(place): _outcome_item(outcome) for place, outcome in delivery.outcomes.items()},
    }


def _outcome_item(outcome: Outcome) -> list[Any]:
    return [_STATES[outcome.state], outcome.attempts, to_ms(outcome.at), outcome.answer, outcome.latency_ms]


def to_delivery(item: Item) -> Delivery:
    """A delivery from its item, waiting or settled. Raises Unreadable."""
    return read_with(_delivery, item)


def to_listed(item: Item) -> Listed:
    try:
        return to_delivery(item)
    except Unreadable:
        return DamagedDelivery(*placed_in(item))


def placed_in(item: Item) -> tuple[Lane, datetime]:
    at_ms, seller_id, order_number = webhook_keys.placed_delivery(item[keys.SORT])
    return Lane(item[keys.PARTITION].split("#")[1], seller_id, order_number), from_ms(at_ms)


def _delivery(item: Item) -> Delivery:
    lane, event_at = placed_in(item)
    count = within(item["count"], 1, MOST_MESSAGES)
    delivery = Delivery(
        lane=lane,
        owner=owner_name(item["owner"]),
        event_at=event_at,
        event=int(item["event"]),
        selection=from_text(item["selection"]),
        count=count,
        first=int(item["first"]),
        previous_at=optional_moment(item.get("previous")),
        outcomes={int(place): _to_outcome(*outcome) for place, outcome in item["outcomes"].items()},
        progress=within(item["progress"], 0, count),
        again=numbers(item["again"]),
        asked=item.get("asked"),
        attempts=int(item["attempts"]),
        first_attempt_at=optional_moment(item["first_attempt"]),
        not_before=optional_moment(item["not_before"]),
    )
    if webhook_keys.is_waiting(item) and not delivery.owed:
        raise ValueError("a delivery that waits for nothing")
    return delivery


def _to_outcome(state: str, attempts: int, at: int, answer: str, latency_ms: int) -> Outcome:
    if _LETTERS[state] is DeliveryState.DELIVERED:
        int(answer)  # the status code
    return Outcome(_LETTERS[state], int(attempts), from_ms(int(at)), text(answer), int(latency_ms))
