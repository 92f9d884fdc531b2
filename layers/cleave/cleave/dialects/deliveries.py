"""Deliveries as both dialects see them: our own addition to either."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from cleave.api.cursors import Values, open_cursor, seal_cursor
from cleave.api.wire import MAX_TIME, Name, Text, WireModel
from cleave.application.deliveries import DeliveryPage, DeliveryQuery
from cleave.clock import from_ms, to_ms
from cleave.dialects.subscriber import SubscriberCall
from cleave.dialects.trendyol.parameters import Parameters, refused
from cleave.domain.delivery import Delivery, DeliveryState
from cleave.store.attempts import Attempt
from cleave.store.deliveries import sort_key

_DEFAULT_SIZE, _MAX_SIZE = 50, 200
_REPLAYED_AT_ONCE = 100
_MAX_DELIVERY_ID = 800  # more than any has; DynamoDB fails on a key above 1 KB
_STATES: dict[str | None, DeliveryState | None] = {None: None, **{state.value: state for state in DeliveryState}}


class ReplayRequest(WireModel):
    """What to send again: all since a time (epoch ms), or all of one order. ``cursor`` goes on where the last
    request ended."""

    since: Annotated[int, Field(ge=0, le=MAX_TIME)] | None = None
    orderNumber: Name | None = None
    cursor: Text | None = None


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """``bound_to`` is what a cursor of the list is worth something for."""

    query: DeliveryQuery
    bound_to: Values


def to_list(subscriber: SubscriberCall) -> DeliveryList:
    """What the query parameters ask for. Raises Refusal."""
    parameters = Parameters(subscriber.call.query)
    state, answer, order = parameters.text("state"), parameters.text("answer"), parameters.order_number("orderNumber")
    since, until = parameters.time("since"), parameters.time("until")
    if state not in _STATES:
        raise refused("state", f"known states: {', '.join(DeliveryState)}")
    bound_to = _bound_to(subscriber, "list", [state, answer, order, since, until])
    query = DeliveryQuery(
        state=_STATES[state],
        answer=answer,
        order_number=order,
        since=_optional_time(since),
        until=_optional_time(until),
        after=_place(parameters.text("cursor"), bound_to)[0],
        size=parameters.number("size", _DEFAULT_SIZE, least=1, most=_MAX_SIZE),
    )
    return DeliveryList(query, bound_to)


def to_replay(subscriber: SubscriberCall) -> DeliveryList:
    """What the body asks for, up to the time of the first request: what is queued later is sent anyway.

    Raises Refusal or Refusals.
    """
    request = subscriber.call.body(ReplayRequest)
    if request.since is None and request.orderNumber is None:
        raise refused("since", "or orderNumber is needed")
    bound_to = _bound_to(subscriber, "replay", [request.since, request.orderNumber])
    after, until = _place(request.cursor, bound_to)
    query = DeliveryQuery(
        order_number=request.orderNumber,
        since=_optional_time(request.since),
        until=_optional_time(until) or subscriber.call.at,
        after=after,
        size=_REPLAYED_AT_ONCE,
    )
    return DeliveryList(query, bound_to)


def _place(cursor: str | None, bound_to: Values) -> Values:
    """Where the last page ended, and up to when (epoch ms) the list goes."""
    values = [None, None] if cursor is None else open_cursor(cursor, bound_to)
    if values is None:
        raise refused("cursor", "is not a cursor of this list, or was given out for other filters")
    return values


def _bound_to(subscriber: SubscriberCall, use: str, filters: Values) -> Values:
    return [use, subscriber.owner, subscriber.subscription_id, *filters]


def render_replay(asked: DeliveryList, page: DeliveryPage) -> dict[str, Any]:
    """How many are sent again, and where to go on."""
    return {"resent": len(page.deliveries), **_rest(asked, page)}


def render_page(asked: DeliveryList, page: DeliveryPage) -> dict[str, Any]:
    """A page of the list."""
    return {"content": [render_delivery(delivery) for delivery in page.deliveries], **_rest(asked, page)}


def _rest(asked: DeliveryList, page: DeliveryPage) -> dict[str, Any]:
    after = page.next_after
    until = None if asked.query.until is None else to_ms(asked.query.until)
    cursor = None if after is None else seal_cursor([after, until], asked.bound_to)
    return {"hasMore": after is not None, "nextCursor": cursor}


def render_delivery(delivery: Delivery) -> dict[str, Any]:
    """One delivery. ``sequence`` and ``webhookId`` are what the receiver sees in the headers of these names."""
    lane = delivery.slot.lane
    return {
        "id": base64.urlsafe_b64encode(sort_key(delivery.slot).encode()).decode().rstrip("="),
        "webhookId": delivery.message_id,
        "sellerId": lane.seller_id,
        "orderNumber": lane.order_number,
        "sequence": delivery.slot.number,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "lastAnswer": delivery.last_answer,
        "createdDate": to_ms(delivery.created_at),
        "lastAttemptDate": _optional_ms(delivery.attempted_at),
        "deliveredDate": _optional_ms(delivery.delivered_at),
    }


def render_attempt(attempt: Attempt) -> dict[str, Any]:
    """One request to the receiver."""
    return {
        "date": to_ms(attempt.at),
        "status": attempt.status,
        "error": attempt.error,
        "latencyMs": attempt.latency_ms,
        "answer": attempt.excerpt,
    }


def delivery_place(subscriber: SubscriberCall) -> str:
    """The sort key that the path's delivery id stands for; what is none is found nowhere."""
    text = subscriber.call.path.get("deliveryId", "")
    if len(text) > _MAX_DELIVERY_ID:
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _optional_time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)


def _optional_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
