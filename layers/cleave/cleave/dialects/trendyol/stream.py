"""GET …/orders/stream: a walk over a seller's packages, from cursor to cursor."""

from collections.abc import Callable
from dataclasses import dataclass

from cleave.application.read.walk import Step, Walk, WalkQuery
from cleave.clock import to_ms
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.fitting import Fitted, fit_packages, with_content
from cleave.dialects.trendyol.listing import DEFAULT_SIZE, MAX_SIZE
from cleave.dialects.trendyol.parameters import TWO_WEEKS, Parameters, refused
from cleave.domain.listing import Listing
from cleave.entry.cursors import Values, open_cursor, seal_cursor

_START, _END, _CURSOR = "lastModifiedStartDate", "lastModifiedEndDate", "nextCursor"


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """A cursor is valid only with ``bound_to``."""

    query: WalkQuery
    size: int
    bound_to: Values


def to_stream_request(seller: SellerCall) -> StreamRequest:
    """The request from the parameters. Raises Refusal."""
    parameters = Parameters(seller.call.query)
    listing = Listing(seller.seller_id, seller.storefront, parameters.statuses("packageItemStatuses"), of_lines=True)
    bound_to = _bound_to(listing, parameters)
    walk = _walk(parameters, bound_to)
    # Checked only when a walk begins: later its start may be more than two weeks ago.
    window = (0, None) if walk else parameters.window(_START, _END, seller.call.at, TWO_WEEKS)
    return StreamRequest(
        query=WalkQuery(listing, window, walk, to_ms(seller.call.at)),
        size=parameters.number("size", DEFAULT_SIZE, least=1, most=MAX_SIZE),
        bound_to=bound_to,
    )


def render_step(request: StreamRequest, take: Callable[[int], Step], *, old_names: bool) -> str:
    """One step of the walk. It has fewer packages than requested if these would be too large together."""
    size = request.size
    while True:
        step = take(size)
        fitted = fit_packages(step.packages, old_names=old_names, all_of_them=False)
        if fitted.whole is None or size == 1:
            return _render(request, step, fitted)
        size = max(fitted.whole, 1)


def _render(request: StreamRequest, step: Step, fitted: Fitted) -> str:
    cursor = None if step.then is None else seal_cursor(step.then.values, request.bound_to)
    head = {"hasMore": step.then is not None, "nextCursor": cursor, "size": request.size}
    return with_content(head, fitted)


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
    return Walk.from_values(values)
