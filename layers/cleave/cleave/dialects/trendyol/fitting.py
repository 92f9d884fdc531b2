"""Answers that hold many packages, or large ones:

they fit what Lambda hands on, and say where something is left out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cleave.dialects.trendyol.packages import render_package
from cleave.dialects.trendyol.shortened import LEAST_BYTES, without_bulk, without_lines
from cleave.domain.listing import Extent, UnreadablePackage
from cleave.domain.package import Package
from cleave.entry.endpoint import MOST_ANSWER_BYTES
from cleave.entry.wire import to_json

# Fewer bytes than any line or unit takes on the wire: with its bulky fields, and without them.
_LINE_BYTES, _SHORT_LINE_BYTES, _UNIT_BYTES = 260, 240, 95
# Bytes of packages that were rendered and did not fit. Many more would take longer than a function may run: from then
# on, only a package that takes a small part of the room is tried.
_MOST_IN_VAIN = MOST_ANSWER_BYTES
_SMALL_PART = 4


class Found(Protocol):
    """A package that is not opened yet."""

    @property
    def extent(self) -> Extent:
        """How much it holds."""

    def whole(self) -> Package | UnreadablePackage:
        """With its lines."""

    def without_lines(self) -> Package | UnreadablePackage:
        """As if it had none."""


class Packages(Protocol):
    """Packages that are opened one by one."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Found | UnreadablePackage]:
        """Each package, or the part of it that fits."""


@dataclass(slots=True)
class Fitted:
    """``texts`` are the packages as JSON. ``whole`` counts the packages before the first one of which a part is left
    out, which says so; None if there is none."""

    texts: list[str] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    whole: int | None = None


def fit_packages(packages: Packages, *, old_names: bool, all_of_them: bool = True) -> Fitted:
    """Each package whole, as long as there is room; then without its bulky fields; then without its lines.

    Only one is open at a time: a page of the largest packages would fill the function's memory. One for which there is
    no room is not opened, and its lines are not made: a page of these would take the function's time. If not
    ``all_of_them`` are wanted, the first one that is cut is the last.
    """
    fitted, room = Fitted(), _Room(MOST_ANSWER_BYTES, old_names=old_names)
    for place, found in enumerate(packages):
        shown = found if isinstance(found, UnreadablePackage) else room.fit(found, len(packages) - place - 1)
        if isinstance(shown, UnreadablePackage):
            fitted.unreadable.append(shown.package_id)
            continue
        fitted.texts.append(shown.text)
        if shown.is_cut and fitted.whole is None:
            fitted.whole = place
            if not all_of_them:
                break
    return fitted


@dataclass(frozen=True, slots=True)
class _Shown:
    text: str
    is_cut: bool


@dataclass(slots=True)
class _Room:
    """``left`` bytes of an answer; ``in_vain`` are those of what was rendered and did not fit."""

    left: int
    old_names: bool
    in_vain: int = 0

    def fit(self, found: Found, following: int) -> _Shown | UnreadablePackage:
        """As much of the package as leaves room for so many more."""
        room = self.left - following * LEAST_BYTES
        lines = self._may_fit(found.extent.lines * _SHORT_LINE_BYTES, room)
        package = found.whole() if lines else found.without_lines()
        if isinstance(package, UnreadablePackage):
            return package
        shown = self._fitting(render_package(package, old_names=self.old_names), _least(found.extent), room)
        self.left -= _weight(shown.text)
        return shown

    def _fitting(self, rendered: Mapping[str, Any], least: int, room: int) -> _Shown:
        """``rendered`` has no lines if these have no room, and is not whole then."""
        if self._may_fit(least, room) and self._fits(text := to_json(rendered), room):
            return _Shown(text, is_cut=False)
        if self._fits(text := to_json(without_bulk(rendered)), room):
            return _Shown(text, is_cut=True)
        return _Shown(to_json(without_lines(rendered)), is_cut=True)

    def _may_fit(self, least: int, room: int) -> bool:
        return least * (1 if self.in_vain <= _MOST_IN_VAIN else _SMALL_PART) <= room

    def _fits(self, text: str, room: int) -> bool:
        weight = _weight(text)
        self.in_vain += weight if weight > room else 0
        return weight <= room


def _least(extent: Extent) -> int:
    """Bytes that the whole package takes at least."""
    return extent.lines * _LINE_BYTES + extent.units * _UNIT_BYTES + extent.characters


def _weight(text: str) -> int:
    """Bytes of a JSON text within a JSON text, as Lambda's answer holds it."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def with_content(head: Mapping[str, Any], fitted: Fitted) -> str:
    """An envelope around the packages; it names those that could not be read, if there are any."""
    more = {"unreadablePackageIds": fitted.unreadable} if fitted.unreadable else {}
    return f'{to_json({**head, **more})[:-1]},"content":[{",".join(fitted.texts)}]}}'
