"""Renders changes of an order as CloudEvents."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from typing import Literal, NamedTuple
from urllib.parse import quote

from cleave.dialects.cancellation_ids import name_in
from cleave.dialects.cloudevents.shapes import (
    VERSION,
    CancellationFact,
    CancelledUnits,
    CloudEvent,
    Data,
    LiveLine,
    OrderChange,
    PackageFact,
    Reason,
)
from cleave.dialects.reasons import BY_REASON
from cleave.domain.cancellation import Scope
from cleave.domain.domain_events import (
    RESALABLE,
    DomainEvent,
    Fact,
    amount_to_give_back,
    cancelled_lines,
    domain_events,
)
from cleave.domain.events import Event
from cleave.domain.ids import order_in_id
from cleave.domain.package import Line, Package, UnitsCancelled
from cleave.domain.subscription import PassiveReason, Subscription
from cleave.entry.wire import json_size

TURNED_OFF, TESTED = "subscription.turned_off", "subscription.tested"
# An event of EventBridge or a message of SQS, with what either adds, may have 256 KB.
MOST_BYTES = 240 * 1024
_ENVELOPE_BYTES = 8 * 1024
_TURNED_OFF: Mapping[PassiveReason, Literal["deactivated", "failing", "gone"]] = {
    PassiveReason.BY_OWNER: "deactivated",
    PassiveReason.FAILING: "failing",
    PassiveReason.GONE: "gone",
}
_CANCELLATIONS = frozenset({Fact.CANCELLATION_ACCEPTED, Fact.CANCELLATION_APPLIED})


class Envelope(NamedTuple):
    """The envelope of the data: ``name`` is the type without our prefix and version."""

    name: str
    event_id: str
    source: str
    subject: str
    at: datetime


def event_id(event: Event, number: int) -> str:
    """The id of one fact of a change: equal to ``Delivery.message_id`` for a subscription that gets all facts."""
    return f"{event.seller_id}-{order_in_id(event.order_number)}-{event.first}-{number}"


def render_facts(event: Event) -> list[CloudEvent]:
    """All facts of a change, for the marketplace itself."""
    facts = domain_events(event.packages, event.topic)
    return [_render(event, number, fact, scope=None) for number, fact in enumerate(facts)]


def render_fact(event: Event, number: int, scope: Scope | None = None) -> CloudEvent:
    """One fact of a change. Only cancellations of the reader's own ``scope`` are named; None names all."""
    return _render(event, number, domain_events(event.packages, event.topic)[number], scope)


def _render(event: Event, number: int, fact: DomainEvent, scope: Scope | None) -> CloudEvent:
    package = event.packages[fact.package]
    order: OrderChange = {
        "sellerId": event.seller_id,
        "orderNumber": event.order_number,
        "storefront": package.storefront,
        "sequence": event.sequence(fact.package),
        "correlationId": event.correlation_id,
    }
    is_cancellation = fact.fact in _CANCELLATIONS
    data: Data = _cancellation(order, package, fact, scope) if is_cancellation else _package(order, package)
    source = f"/sellers/{event.seller_id}/orders/{quote(event.order_number, safe='')}"
    at = _time_of(event, package, fact)
    envelope = Envelope(fact.fact, event_id(event, number), source, str(package.package_id), at)
    return envelop(envelope, data)


def render_turned_off(subscription: Subscription, at: datetime, reason: PassiveReason) -> CloudEvent:
    """A subscription that has been passive since ``at``; one that was created held was never on."""
    name = subscription.subscription_id
    envelope = Envelope(TURNED_OFF, f"{name}-{_iso(at)}", f"/subscriptions/{name}", name, at)
    return envelop(envelope, {"subscriptionId": name, "owner": subscription.owner, "reason": _TURNED_OFF[reason]})


def render_test(subscription_id: str | None, message_id: str, at: datetime) -> CloudEvent:
    """An event without content, to see whether the destination takes it; None for a destination without a subscription
    yet."""
    name = subscription_id or "new"
    envelope = Envelope(TESTED, message_id, f"/subscriptions/{name}", name, at)
    return envelop(envelope, {"subscriptionId": subscription_id})


def type_of(name: str) -> str:
    return f"cleave.{name}.{VERSION}"


def schema_of(name: str) -> str:
    """The ``dataschema`` of an event: a name, no address."""
    return f"urn:cleave:{name}:{VERSION}"


def envelop(envelope: Envelope, data: Data) -> CloudEvent:
    return {
        "specversion": "1.0",
        "id": envelope.event_id,
        "source": envelope.source,
        "type": type_of(envelope.name),
        "subject": envelope.subject,
        "time": _iso(envelope.at),
        "datacontenttype": "application/json",
        "dataschema": schema_of(envelope.name),
        "data": data,
    }


def _omit_lines(data: PackageFact | CancellationFact) -> None:
    """Leave out the last lines, if all together exceed the smallest limit of any destination."""
    room = MOST_BYTES - _ENVELOPE_BYTES
    if json_size(data) <= room:
        return
    count = len(data["lines"])
    without_lines = json_size({**data, "lines": [], "linesOmitted": count})
    ends = accumulate((json_size(line) + 1 for line in data["lines"]), initial=without_lines)
    kept = bisect_right(list(ends), room) - 1
    data["linesOmitted"] = count - kept
    del data["lines"][kept:]


def _time_of(event: Event, package: Package, fact: DomainEvent) -> datetime:
    if fact.fact is Fact.CANCELLATION_ACCEPTED and fact.cancellation_id is not None:
        return _cancelled(package, fact.cancellation_id)[0].accepted_at or event.at
    return event.at


def _package(order: OrderChange, package: Package) -> PackageFact:
    data: PackageFact = {
        "order": order,
        "packageId": package.package_id,
        "status": package.status,
        "createdBy": package.created_by,
        "parentId": package.parent_id,
        "firstAncestorIds": list(package.origin_ids),
        "successorIds": list(package.successor_ids),
        "trackingNumber": package.tracking_number or package.carriage.sender_number,
        "lines": [_line(line) for line in package.lines],
    }
    _omit_lines(data)
    return data


def _line(line: Line) -> LiveLine:
    return {
        "lineId": line.line_id,
        "sku": line.stock_code,
        "itemNumber": line.item_number,
        "units": line.quantity,
        "status": line.status,
    }


def _cancelled(package: Package, cancellation_id: str) -> tuple[UnitsCancelled, list[Line]]:
    lines = cancelled_lines(package, cancellation_id)
    return next(line.cancelled for line in lines if line.cancelled), lines


def _cancellation(order: OrderChange, package: Package, fact: DomainEvent, scope: Scope | None) -> CancellationFact:
    cancelled, lines = _cancelled(package, fact.cancellation_id or "")
    currency = package.details.get("currencyCode")
    data: CancellationFact = {
        "order": order,
        "cancellationId": name_in(scope, cancelled.cancellation_id),
        "acceptedAt": None if cancelled.accepted_at is None else _iso(cancelled.accepted_at),
        "cancelledBy": cancelled.cancelled_by.value,
        "reason": _reason(cancelled),
        "canBeSoldAgain": cancelled.reason in RESALABLE,
        "packageId": package.package_id,
        "successorIds": list(package.successor_ids),
        "firstAncestorIds": list(package.origin_ids),
        "lines": [_units(line) for line in lines],
        "amountToGiveBack": str(sum(amount_to_give_back(line) for line in lines)),
    }
    if isinstance(currency, str):
        data["currency"] = currency
    _omit_lines(data)
    return data


def _units(line: Line) -> CancelledUnits:
    return {
        "lineId": line.line_id,
        "sku": line.stock_code,
        "itemNumber": line.item_number,
        "units": line.quantity,
        "amountToGiveBack": str(amount_to_give_back(line)),
    }


def _reason(cancelled: UnitsCancelled) -> Reason:
    codes = BY_REASON[cancelled.reason]
    return {
        "name": cancelled.reason.value,
        "trendyolId": codes.trendyol_id,
        "trendyolName": codes.trendyol_name,
        "hepsiglobal": codes.hepsiglobal,
    }


def _iso(at: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
