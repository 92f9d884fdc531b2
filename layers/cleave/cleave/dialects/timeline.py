"""GET …/orders/{orderNumber}/timeline, in both dialects; neither dialect's own pages have it.

It shows ids, quantities, statuses and times only: nothing about the customer, no address, no price.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from cleave.application.read.cancellation import FollowedCancellation
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow
from cleave.application.read.timeline_page import Damaged, Extent, Part, TimelinePage, TimelinePlace, Viewer
from cleave.clock import to_ms
from cleave.dialects.cancellation_ids import name_in
from cleave.dialects.cancellations import render_recorded, render_units
from cleave.dialects.deliveries import render_delivery
from cleave.dialects.reading_calls import ReadingCall
from cleave.dialects.trendyol.parameters import Parameters, refused
from cleave.domain.cancellation import Scope
from cleave.domain.domain_events import Topic
from cleave.domain.events import EventNote
from cleave.domain.lineage import Placed, lineage
from cleave.domain.package import Line
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import RefusalCode
from cleave.domain.status import Status
from cleave.entry.endpoint import fits_answer
from cleave.entry.gateway import Response, path_text
from cleave.entry.wire import to_json

if TYPE_CHECKING:
    from cleave.dialects.answers_reading import (
        CancellationAccepted,
        CancellationApplied,
        Timeline,
        TimelineDelivery,
        TimelineEntry,
        TimelineEvent,
        TimelineLine,
        TimelinePackage,
        TimelinePart,
    )

DEFAULT_SIZE, MAX_SIZE = 100, 200
# A cursor needs no signature here: it holds only values that the answer shows.
_CURSOR = re.compile(r"([0-9]{1,16})[.]([0-9]{1,16})[.]([0-9]{1,7})")


def order_number_of(reader: ReadingCall) -> str:
    """The order number in the path. Raises Refusal."""
    return path_text(reader.call, "orderNumber", RefusalCode.ORDER_NOT_FOUND)


def viewer_of(reader: ReadingCall) -> Viewer:
    return Viewer(reader.sellers, reader.storefronts, reader.owner)


def to_place(reader: ReadingCall) -> tuple[TimelinePlace, Extent]:
    """The start and the size of the page. Raises Refusal."""
    parameters = Parameters(reader.call.query)
    size = parameters.number("size", DEFAULT_SIZE, least=1, most=MAX_SIZE)
    cursor = parameters.text("cursor")
    if cursor is None:
        return TimelinePlace(), Extent(size)
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise refused("cursor", "is not a cursor of a timeline")
    seller_id, package_id, sequence = map(int, found.groups())
    return TimelinePlace(seller_id, package_id, sequence), Extent(size)


def timeline_response(
    order_number: str, scope: Scope | None, read: Callable[[Extent], TimelinePage], extent: Extent
) -> Response:
    """A page that fits into an answer: its size is halved until it does."""
    while True:
        text = to_json(render_timeline(order_number, read(extent), scope))
        if fits_answer(text) or extent.is_least:
            return Response(200, text)
        extent = extent.half


def render_timeline(order_number: str, page: TimelinePage, scope: Scope | None) -> "Timeline":
    """A page. ``scope`` is that of the caller's own cancellations, the only ones that are named; None names all."""
    then = page.then
    cursor = None if then is None else f"{then.seller_id}.{then.package_id}.{then.sequence}"
    return {
        "orderNumber": order_number,
        "parts": [render_part(part, scope) for part in page.parts],
        "hasMore": then is not None,
        "nextCursor": cursor,
    }


def render_part(part: Part, scope: Scope | None) -> "TimelinePart":
    """A page of a seller's part."""
    stored = {each.package.package_id: each for each in part.packages}
    tree = lineage(each.package for each in part.packages)
    shown: TimelinePart = {
        "sellerId": part.seller_id,
        "packages": [_render_package(each, stored[each.package.package_id], scope) for each in tree],
        "timeline": sorted(_entries(part, scope), key=itemgetter("date")),
    }
    if part.unreadable:
        shown["unreadablePackageIds"] = list(part.unreadable)
    if part.damaged:
        shown["unreadable"] = [_damaged_words(each, scope) for each in part.damaged]
    if part.left_out:
        shown["deliveriesLeftOut"] = part.left_out
    return shown


def _damaged_words(damaged: Damaged, scope: Scope | None) -> str:
    """The item's name; a viewer who sees everything gets its key."""
    if isinstance(damaged, DamagedRow):
        return f"a delivery of the order to webhook {damaged.delivery.lane.subscription_id}"
    return str(damaged) if scope is None else damaged.name


def _entries(part: Part, scope: Scope | None) -> "Iterator[TimelineEntry]":
    """The entries in the order of their causes, also within one millisecond."""
    shown = {each.package.package_id for each in part.packages}
    yield from (_accepted_entry(each, shown, scope) for each in part.cancellations)
    for each in part.cancellations:
        if each.applied_at is not None:
            yield _applied_entry(each, each.applied_at, scope)
    yield from map(_event_entry, part.events)
    yield from map(_delivery_entry, part.deliveries)


def _render_package(placed: Placed, stored: PackageState, scope: Scope | None) -> "TimelinePackage":
    package = placed.package
    return {
        "shipmentPackageId": package.package_id,
        "depth": placed.depth,
        "parentId": package.parent_id,
        "successorIds": list(package.successor_ids),
        "plannedIds": list(stored.availability.planned_ids) if not package.is_closed else [],
        "status": package.status,
        "createdBy": package.created_by,
        "createdDate": to_ms(package.created_at),
        "lastModifiedDate": to_ms(package.modified_at),
        "lines": [
            _render_line(line, waiting, scope)
            for line, waiting in zip(package.lines, stored.waiting_units, strict=True)
            if line.status != Status.UNPACKED
        ],
    }


def _render_line(line: Line, waiting: int, scope: Scope | None) -> "TimelineLine":
    """The line. Units that live on in another package are left out here, so each unit of the order appears once in the
    tree."""
    return {
        "lineId": line.line_id,
        "orderItemNumber": line.item_number,
        "quantity": line.quantity,
        "waiting": waiting,
        "status": line.status,
        "cancellationId": None if line.cancelled is None else name_in(scope, line.cancelled.cancellation_id),
    }


def _accepted_entry(found: FollowedCancellation, shown: set[int], scope: Scope | None) -> "CancellationAccepted":
    recorded = found.recorded
    units = [(package_id, lines) for package_id, lines in recorded.units.items() if package_id in shown]
    return {
        "date": to_ms(recorded.accepted_at),
        "type": "cancellation.accepted",
        "cancellationId": name_in(scope, recorded.cancellation_id),
        **render_recorded(found),
        "packages": [{"shipmentPackageId": package_id, "lines": render_units(lines)} for package_id, lines in units],
    }


def _applied_entry(found: FollowedCancellation, at: datetime, scope: Scope | None) -> "CancellationApplied":
    name = name_in(scope, found.recorded.cancellation_id)
    return {"date": to_ms(at), "type": "cancellation.applied", "cancellationId": name}


def _event_entry(event: EventNote) -> "TimelineEvent":
    return {
        "date": to_ms(event.at),
        "type": "event" if event.topic is Topic.STATUS else "tracking",
        "sequence": event.sequence,
        "shipmentPackageId": event.package_id,
        "status": event.status,
        "correlationId": event.correlation_id,
    }


def _delivery_entry(row: DeliveryRow) -> "TimelineDelivery":
    return {
        "date": to_ms(row.delivery.event_at),
        "type": "delivery",
        "event": row.sequences[0],
        "subscription": row.delivery.lane.subscription_id,
        **render_delivery(row),
    }
