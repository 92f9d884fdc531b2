"""A walk over all of a seller's packages while they change.

A walk goes down from the last change of its span to the first. A package that changes before the walk reaches it moves
to the top, behind the walk. So at the end the walk goes up from just before its own start, over everything that has
changed since. Nothing can overtake it there, because a package that changes now moves ahead of it. The walk ends when
it has caught up, or at once if nothing at the top has changed.

docs/decisions/0010-listing-and-cursor.md has the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from cleave.domain.listing import By, Listing
from cleave.store.listing import FoundPackages, Span, places, read_places
from cleave.table.table import Table

# A change is stamped before it is written, and no function that writes may run longer than this.
_UNSETTLED_MS = 60_000


@dataclass(frozen=True, slots=True)
class Walk:
    """The state of a walk: ``span`` is the part that it has not seen yet, in its direction.

    ``top`` is a digest of the packages that had changed last when the walk started at ``started_ms``.
    """

    started_ms: int
    top: str
    span: Span
    catching_up: bool

    @property
    def values(self) -> list[Any]:
        return [self.started_ms, self.top, self.span.first, self.span.last, self.catching_up]

    @staticmethod
    def from_values(values: Sequence[Any]) -> "Walk":
        started_ms, top, first, last, catching_up = values
        return Walk(started_ms, top, Span(first, last), catching_up)


@dataclass(frozen=True, slots=True)
class Step:
    """The packages of one request, and the walk that continues after them; None at its end."""

    packages: FoundPackages
    then: Walk | None


@dataclass(frozen=True, slots=True)
class WalkQuery:
    """``walk`` None: begin a new one ``at_ms``, over the packages that changed within the ``window``."""

    listing: Listing
    window: tuple[int, int | None]
    walk: Walk | None
    at_ms: int


def take_step(table: Table, query: WalkQuery, size: int) -> Step:
    """The packages of one request, and the walk that continues after them."""
    if query.walk is None:
        return start_walk(table, query.listing, query.window, query.at_ms, size)
    return next_step(table, query.listing, query.walk, size)


def start_walk(table: Table, listing: Listing, window: tuple[int, int | None], started_ms: int, size: int) -> Step:
    """The first step, over the packages that changed within a window (epoch ms, both ends included; None: no end).

    The top is read first, so a change between the two reads is noticed.
    """
    span = Span.between(*window)
    top = _top(table, listing, started_ms)
    walk = Walk(started_ms, top, span, catching_up=False)
    found, rest = _down(table, listing, walk, size)
    return Step(read_places(table, listing, found), rest)


def next_step(table: Table, listing: Listing, walk: Walk, size: int) -> Step:
    """Up to ``size`` packages; fewer if the walk met one twice, or if one has left the listing's statuses meanwhile."""
    found: list[int] = []
    then: Walk | None = walk
    if not walk.catching_up:
        found, then = _down(table, listing, walk, size)
        if then is None:
            then = _catch_up(table, listing, walk)
    if then is not None and then.catching_up:
        more, then = _up(table, listing, then, size - len(found))
        found += more
    return Step(read_places(table, listing, found), then)


def _down(table: Table, listing: Listing, walk: Walk, size: int) -> tuple[list[int], Walk | None]:
    found = list(places(table, listing, walk.span, by=By.MODIFIED, descending=True, limit=size + 1))
    if len(found) <= size:
        return found, None
    taken = found[:size]
    return taken, replace(walk, span=Span(walk.span.first, taken[-1] - 1))


def _up(table: Table, listing: Listing, walk: Walk, size: int) -> tuple[list[int], Walk | None]:
    found = list(places(table, listing, walk.span, by=By.MODIFIED, descending=False, limit=size + 1))
    if len(found) <= size:
        return found, None
    taken = found[:size]
    first = taken[-1] + 1 if taken else walk.span.first
    return taken, replace(walk, span=Span(first, walk.span.last))


def _catch_up(table: Table, listing: Listing, walk: Walk) -> Walk | None:
    if _top(table, listing, walk.started_ms) == walk.top:
        return None
    return replace(walk, span=_top_span(walk.started_ms), catching_up=True)


def _top(table: Table, listing: Listing, started_ms: int) -> str:
    digest = blake2b(digest_size=8)
    for place in places(table, listing, _top_span(started_ms), by=By.MODIFIED, descending=False):
        digest.update(place.to_bytes(16))
    return digest.hexdigest()


def _top_span(started_ms: int) -> Span:
    return Span.between(max(started_ms - _UNSETTLED_MS, 0), None)
