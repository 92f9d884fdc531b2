"""An order as a whole, of all its sellers: all pages of its timeline together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from cleave.application.read.cancellation import FollowedCancellation
from cleave.application.read.timeline import read_timeline
from cleave.application.read.timeline_page import Extent, Part, TimelinePage, TimelinePlace, Viewer
from cleave.table.table import Table

EVENTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Story:
    """``is_complete``: nothing of the order is left out."""

    parts: Sequence[Part]
    is_complete: bool


def read_story(table: Table, order_number: str, viewer: Viewer, most_pages: int | None = None) -> Story:
    """All parts that the viewer may see, or their first pages. Raises Refusal if there are none."""
    parts: dict[int, Part] = {}
    last = TimelinePage()
    for page in islice(_pages(table, order_number, viewer), most_pages):
        last = page
        for part in page.parts:
            parts[part.seller_id] = _joined(parts[part.seller_id], part) if part.seller_id in parts else part
    return Story(list(parts.values()), is_complete=last.then is None)


def _pages(table: Table, order_number: str, viewer: Viewer) -> Iterator[TimelinePage]:
    then: TimelinePlace | None = TimelinePlace()
    while then is not None:
        page = read_timeline(table, order_number, viewer, then, Extent(EVENTS_AT_ONCE))
        yield page
        then = page.then


def _joined(first: Part, more: Part) -> Part:
    cancellations = {each.recorded.cancellation_id: each for each in (*first.cancellations, *more.cancellations)}
    return replace(
        first,
        packages=[*first.packages, *more.packages],
        cancellations=sorted(cancellations.values(), key=_accepted_first),
        events=[*first.events, *more.events],
        unreadable=[*first.unreadable, *more.unreadable],
        damaged=[*first.damaged, *more.damaged],
        left_out=first.left_out + more.left_out,
        deliveries=[*first.deliveries, *more.deliveries],
    )


def _accepted_first(found: FollowedCancellation) -> tuple[datetime, str]:
    return found.recorded.accepted_at, found.recorded.cancellation_id
