"""Deliveries, in both dialects; neither dialect's own pages have them."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleave.application.read.deliveries import DeliveryPage, DeliveryQuery, MessageRef
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow, Row
from cleave.clock import optional_moment, optional_ms, to_ms
from cleave.dialects.trendyol.parameters import Parameters, refused
from cleave.dialects.webhook_calls import WebhookCall
from cleave.domain.delivery import Attempt, DeliveryState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.cursors import Values, open_cursor, seal_cursor
from cleave.entry.values import Name, Text, Time
from cleave.entry.wire import WireModel
from cleave.table.limits import SORT_KEY_BYTES

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import (
        DeliveryWithAttempts,
        ListedDeliveries,
        Replayed,
        Resent,
        Rest,
        ShownAttempt,
        ShownDelivery,
        UnreadableDelivery,
    )

_DEFAULT_SIZE, _MAX_SIZE = 50, 200
_REPLAYED_AT_ONCE = 100
_MAX_DELIVERY_ID = SORT_KEY_BYTES  # a longer one, decoded, might be more than a key may be
_NO_MESSAGE = MessageRef("", 0)
_STATES: dict[str | None, DeliveryState | None] = {None: None, **{state.value: state for state in DeliveryState}}


class ReplayRequest(WireModel):
    """The messages to send again: all since a time (epoch ms), or all of one order. ``cursor`` continues where the last
    request ended."""

    since: Time | None = None
    orderNumber: Name | None = None
    cursor: Text | None = None


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A cursor of the list is valid only with ``bound_to``."""

    query: DeliveryQuery
    bound_to: Values


def to_list(webhook: WebhookCall) -> DeliveryList:
    """The request from the query parameters. Raises Refusal."""
    parameters = Parameters(webhook.call.query)
    state, answer, order = parameters.text("state"), parameters.text("answer"), parameters.order_number("orderNumber")
    since, until = parameters.time("since"), parameters.time("until")
    if state not in _STATES:
        raise refused("state", f"known states: {', '.join(DeliveryState)}")
    bound_to = _bound_to(webhook, "list", [state, answer, order, since, until])
    query = DeliveryQuery(
        state=_STATES[state],
        answer=answer,
        order_number=order,
        since=optional_moment(since),
        until=optional_moment(until),
        after=_place(parameters.text("cursor"), bound_to)[0],
        size=parameters.number("size", _DEFAULT_SIZE, least=1, most=_MAX_SIZE),
    )
    return DeliveryList(query, bound_to)


def to_replay(webhook: WebhookCall) -> DeliveryList:
    """The request from the body, up to the time of the first call: later messages are sent anyway.

    Raises Refusal or Refusals.
    """
    request = webhook.call.body(ReplayRequest)
    if request.since is None and request.orderNumber is None:
        raise refused("since", "or orderNumber is needed")
    bound_to = _bound_to(webhook, "replay", [request.since, request.orderNumber])
    after, until = _place(request.cursor, bound_to)
    query = DeliveryQuery(
        order_number=request.orderNumber,
        since=optional_moment(request.since),
        until=optional_moment(until) or webhook.call.at,
        after=after,
        size=_REPLAYED_AT_ONCE,
    )
    return DeliveryList(query, bound_to)


def _place(cursor: str | None, bound_to: Values) -> tuple[MessageRef | None, int | None]:
    """Where the last page ended, and the time (epoch ms) up to which the list goes."""
    if cursor is None:
        return None, None
    values = open_cursor(cursor, bound_to)
    if values is None:
        raise refused("cursor", "is not a cursor of this list, or was given out for other filters")
    place, message, until = values
    return MessageRef(place, message), until


def _bound_to(webhook: WebhookCall, use: str, filters: Values) -> Values:
    return [use, webhook.owner, webhook.subscription_id, *filters]


def render_replay(asked: DeliveryList, page: DeliveryPage) -> "Replayed":
    """How many settled messages are sent again, and where to continue. Waiting ones are tried too, but not counted."""
    rest = _rest(asked, page)
    shown: Replayed = {
        "resent": sum(not row.is_waiting for row in page.rows),
        "hasMore": rest["hasMore"],
        "nextCursor": rest["nextCursor"],
    }
    if page.damaged:
        shown["unreadableDeliveries"] = _orders(page)
    return shown


def render_resent() -> "Resent":
    return {"resent": 1}


def render_page(asked: DeliveryList, page: DeliveryPage) -> "ListedDeliveries":
    rest = _rest(asked, page)
    shown: ListedDeliveries = {
        "content": [render_delivery(row) for row in page.rows],
        "hasMore": rest["hasMore"],
        "nextCursor": rest["nextCursor"],
    }
    if page.damaged:
        shown["unreadableDeliveries"] = _orders(page)
    return shown


def _orders(page: DeliveryPage) -> list[str]:
    return [each.order_number for each in page.damaged]


def _rest(asked: DeliveryList, page: DeliveryPage) -> "Rest":
    after = page.next_after
    until = optional_ms(asked.query.until)
    cursor = None if after is None else seal_cursor([after.place, after.message, until], asked.bound_to)
    return {"hasMore": after is not None, "nextCursor": cursor}


def render_delivery(row: DeliveryRow) -> "ShownDelivery":
    """One message. ``sequence`` and ``webhookId`` are what the receiver sees in the headers of these names."""
    delivery, outcome = row.delivery, row.outcome
    tried_at = None if outcome is None else outcome.at
    is_delivered = outcome is not None and row.state is DeliveryState.DELIVERED
    return {
        "id": _id_of(row),
        "webhookId": delivery.message_id(row.message),
        "sellerId": delivery.lane.seller_id,
        "orderNumber": delivery.lane.order_number,
        "sequence": delivery.number(row.message),
        "state": row.state,
        "attempts": 0 if outcome is None else outcome.attempts,
        "lastAnswer": None if outcome is None else outcome.answer,
        "createdDate": to_ms(delivery.event_at),
        "lastAttemptDate": optional_ms(tried_at),
        "deliveredDate": optional_ms(tried_at) if is_delivered else None,
    }


def _id_of(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row.message}/{row.place}".encode()).decode().rstrip("=")


def render_with_attempts(row: Row, failed: Sequence[Attempt]) -> "DeliveryWithAttempts | UnreadableDelivery":
    """One message with its failed requests and the one that was taken; a damaged one with the facts in its key."""
    if isinstance(row, DamagedRow):
        return _render_damaged(row, failed)
    log = [_render_attempt(attempt) for attempt in failed]
    outcome = row.outcome
    if outcome is not None and outcome.state is DeliveryState.DELIVERED:
        taken = Attempt(outcome.at, int(outcome.answer), None, outcome.latency_ms, "")
        log.append(_render_attempt(taken))
    return {**render_delivery(row), "attemptLog": log}


def _render_damaged(row: DamagedRow, failed: Sequence[Attempt]) -> "UnreadableDelivery":
    return {
        "id": _id_of(row),
        "sellerId": row.delivery.lane.seller_id,
        "orderNumber": row.order_number,
        "createdDate": to_ms(row.delivery.event_at),
        "unreadable": True,
        "attemptLog": [_render_attempt(attempt) for attempt in failed],
    }


def _render_attempt(attempt: Attempt) -> "ShownAttempt":
    return {
        "date": to_ms(attempt.at),
        "status": attempt.status,
        "error": attempt.error,
        "latencyMs": attempt.latency_ms,
        "answer": attempt.excerpt,
    }


def wants_message(webhook: WebhookCall) -> bool:
    """Whether the caller asks for the message itself. Raises Refusal, since anybody who has a signed message can send
    it."""
    is_wanted = Parameters(webhook.call.query).choice("message", {"false": False, "true": True})
    principal = webhook.call.principal
    if is_wanted and (principal is None or principal.only_reads):
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential may send nothing", field="message")
    return is_wanted


def message_ref(webhook: WebhookCall) -> MessageRef:
    """The message of the path's delivery id; None if it is not an id."""
    text = webhook.call.path.get("deliveryId", "")
    if len(text) > _MAX_DELIVERY_ID:
        return _NO_MESSAGE
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        message, _, place = plain.partition("/")
        return MessageRef(place, int(message))
    except (binascii.Error, ValueError):
        return _NO_MESSAGE
