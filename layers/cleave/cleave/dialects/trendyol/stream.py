"""GET …/orders/stream: a walk over a seller's packages, from cursor to cursor."""

from dataclasses import dataclass
from typing import Any

from cleave.api.cursors import Values, open_cursor, seal_cursor
from cleave.application.walk_packages import Step, Walk, next_step, start_walk
from cleave.clock import to_ms
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.listing import DEFAULT_SIZE, MAX_SIZE
from cleave.dialects.trendyol.packages import render_package
from cleave.dialects.trendyol.parameters import TWO_WEEKS, Parameters, refused
from cleave.store.listing import Listing, Span
from cleave.store.table import Table

_START, _END, _CURSOR = "lastModifiedStartDate", "lastModifiedEndDate", "nextCursor"


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """``walk`` None: a new one begins, over ``span``. ``bound_to`` is what a cursor is worth something for."""

    listing: Listing
    span: Span
    walk: Walk | None
    size: int
    at_ms: int
    bound_to: Values


def to_stream_request(seller: SellerCall) -> StreamRequest:
    """The parameters' request. Raises Refusal."""
    parameters = Parameters(seller.call.query)
    listing = Listing(seller.seller_id, seller.storefront, parameters.statuses("packageItemStatuses"))
    bound_to = _bound_to(listing, parameters)
    walk = _walk(parameters, bound_to)
    return StreamRequest(
        listing=listing,
        span=_span(seller, parameters) if walk is None else walk.span,
        walk=walk,
        size=parameters.number("size", DEFAULT_SIZE, least=1, most=MAX_SIZE),
        at_ms=to_ms(seller.call.at),
        bound_to=bound_to,
    )


def take_step(table: Table, request: StreamRequest) -> dict[str, Any]:
    """The answer: one step of the walk."""
    if request.walk is None:
        step = start_walk(table, request.listing, request.span, request.at_ms, request.size)
    else:
        step = next_step(table, request.listing, request.walk, request.size)
    return _render(step, request)


def _render(step: Step, request: StreamRequest) -> dict[str, Any]:
    return {
        "hasMore": step.then is not None,
        "nextCursor": None if step.then is None else seal_cursor(_values(step.then), request.bound_to),
        "size": request.size,
        "content": [render_package(package) for package in step.packages],
    }


def _span(seller: SellerCall, parameters: Parameters) -> Span:
    """Looked at where a walk begins; later its start may be more than two weeks ago."""
    return Span.between(*parameters.window(_START, _END, seller.call.at, TWO_WEEKS))


def _bound_to(listing: Listing, parameters: Parameters) -> Values:
    window = [parameters.time(_START), parameters.time(_END)]
    return [listing.seller_id, listing.storefront, sorted(listing.statuses), *window]


def _walk(parameters: Parameters, bound_to: Values) -> Walk | None:
    cursor = parameters.text(_CURSOR)
    if cursor is None:
        return None
    values = open_cursor(cursor, bound_to)
    if values is None:
        raise refused(_CURSOR, "is not a cursor of this seller's, or was given out for other filters")
    started_ms, top, first, last, catching_up = values
    return Walk(started_ms, top, Span(first, last), catching_up)


def _values(walk: Walk) -> Values:
    return [walk.started_ms, walk.top, walk.span.first, walk.span.last, walk.catching_up]
