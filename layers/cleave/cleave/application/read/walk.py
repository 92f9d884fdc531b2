"""Walk over all of a seller's packages, while they change.

A walk goes down from the last change to the first of its span. A package that is changed before the walk has come to
it moves to the top, behind the walk; so at the end the walk goes up from just before its own start, over everything
that was changed since. Going up it cannot be overtaken: what changes now moves on ahead of it. It ends when it has
caught up, or at once if nothing at the top has changed.

docs/decisions/0010-listing-and-cursor.md has the reasons.
"""

from dataclasses import dataclass, replace
from hashlib import blake2b

from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.listing import Listing, Span, places, read_places
from cleave.store.table import Table

# A change is stamped before it is written, and no function that writes may run longer than this.
_UNSETTLED_MS = 60_000


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: ``span`` is what it has still to see in its direction.

    ``top`` is a digest of the packages that were changed last when the walk started at ``started_ms``.
    """

    started_ms: int
    top: str
    span: Span
    catching_up: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Packages of one request, and the walk that goes on from there; None at its end."""

    packages: list[Package]
    then: Walk | None


def start_walk(table: Table, listing: Listing, span: Span, started_ms: int, size: int) -> Step:
    """The first step. The top is read before it: a change in between is seen as one, and never missed."""
    top = _top(table, listing, started_ms)
    walk = Walk(started_ms, top, span, catching_up=False)
    found, rest = _down(table, listing, walk, size)
    return Step(read_places(table, listing, found), rest)


def next_step(table: Table, listing: Listing, walk: Walk, size: int) -> Step:
    """Up to ``size`` packages; fewer where one was come by twice, or left the listing's statuses meanwhile."""
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
    found = list(places(table, listing, walk.span, by=keys.BY_MODIFIED, descending=True, limit=size + 1))
    if len(found) <= size:
        return found, None
    taken = found[:size]
    return taken, replace(walk, span=Span(walk.span.first, taken[-1] - 1))


def _up(table: Table, listing: Listing, walk: Walk, size: int) -> tuple[list[int], Walk | None]:
    found = list(places(table, listing, walk.span, by=keys.BY_MODIFIED, descending=False, limit=size + 1))
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
    for place in places(table, listing, _top_span(started_ms), by=keys.BY_MODIFIED, descending=False):
        digest.update(place.to_bytes(16))
    return digest.hexdigest()


def _top_span(started_ms: int) -> Span:
    return Span.between(max(started_ms - _UNSETTLED_MS, 0), None)
