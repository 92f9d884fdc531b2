"""Deliveries as both dialects see them: our own addition to either."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from cleave.api.cursor import Cursors
from cleave.api.resources import signing_secret
from cleave.api.wire import Id, Name, WireModel
from cleave.application.deliveries import DeliveryPage, DeliveryQuery
from cleave.clock import from_ms, to_ms
from cleave.dialects.subscriber import SubscriberCall
from cleave.domain.delivery import Delivery, DeliveryState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.deliveries import Attempt, sort_key

_MAX_SIZE = 200
_DEFAULT_SIZE = 50
_REPLAYED_AT_ONCE = 100
_FILTERS = ("state", "answer", "orderNumber", "since", "until")
_MAX_MS = 10**14 - 1


class ReplayRequest(WireModel):
    """What to send again: all since a time (epoch ms), or all of one order. ``cursor`` goes on where the last
    request ended."""

    since: Id | None = None
    orderNumber: Name | None = None
    cursor: str | None = None


def to_query(subscriber: SubscriberCall) -> DeliveryQuery:
    """The query parameters' query. Raises Refusal."""
    size = _number(subscriber, "size", _MAX_SIZE) or _DEFAULT_SIZE
    state = subscriber.parameter("state")
    if state is not None and state not in set(DeliveryState):
        raise _refused("state", f"known states: {', '.join(DeliveryState)}")
    cursor = subscriber.parameter("cursor")
    return DeliveryQuery(
        state=None if state is None else DeliveryState(state),
        answer=subscriber.parameter("answer"),
        order_number=subscriber.parameter("orderNumber"),
        since=_moment(subscriber, "since"),
        until=_moment(subscriber, "until"),
        after=None if cursor is None else _list_cursors(subscriber).read(cursor),
        size=size,
    )


def to_replay(subscriber: SubscriberCall) -> tuple[DeliveryQuery, Cursors]:
    """The body's query, and the cursors of its pages. Raises Refusal or Refusals."""
    request = subscriber.call.body(ReplayRequest)
    if request.since is None and request.orderNumber is None:
        raise _refused("since", "or orderNumber is needed")
    cursors = _cursors(subscriber, "replay", [request.since, request.orderNumber])
    now = str(to_ms(subscriber.call.at))
    until, _, after = (f"{now} " if request.cursor is None else cursors.read(request.cursor)).partition(" ")
    query = DeliveryQuery(
        order_number=request.orderNumber,
        since=None if request.since is None else from_ms(min(request.since, _MAX_MS)),
        until=from_ms(int(until)),  # what is queued after the first request is sent anyway
        after=after or None,
        size=_REPLAYED_AT_ONCE,
    )
    return query, cursors


def render_replay(query: DeliveryQuery, cursors: Cursors, page: DeliveryPage) -> dict[str, Any]:
    """How many are sent again, and where to go on."""
    after = page.next_after
    until = 0 if query.until is None else to_ms(query.until)
    cursor = None if after is None else cursors.write(f"{until} {after}")
    return {"resent": len(page.deliveries), "hasMore": after is not None, "nextCursor": cursor}


def render_page(subscriber: SubscriberCall, page: DeliveryPage) -> dict[str, Any]:
    """A page of the list."""
    after = page.next_after
    return {
        "content": [render_delivery(delivery) for delivery in page.deliveries],
        "hasMore": after is not None,
        "nextCursor": None if after is None else _list_cursors(subscriber).write(after),
    }


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
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _list_cursors(subscriber: SubscriberCall) -> Cursors:
    return _cursors(subscriber, "list", [subscriber.parameter(name) for name in _FILTERS])


def _cursors(subscriber: SubscriberCall, use: str, filters: list[Any]) -> Cursors:
    return Cursors(signing_secret, json.dumps([use, subscriber.owner, subscriber.subscription_id, *filters]))


def _moment(subscriber: SubscriberCall, name: str) -> datetime | None:
    milliseconds = _number(subscriber, name, _MAX_MS)
    return None if milliseconds is None else from_ms(milliseconds)


def _number(subscriber: SubscriberCall, name: str, most: int) -> int | None:
    text = subscriber.parameter(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:20]) <= most:
        raise _refused(name, f"must be a whole number from 1 to {most}")
    return int(text)


def _optional_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _refused(field: str, message: str) -> Refusal:
    return Refusal(RefusalCode.BODY_INVALID, message, field=field)
