"""Answers that hold many packages, or large ones:

they fit what Lambda hands on, and say where something is left out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cleave.dialects.trendyol.packages import render_package
from cleave.dialects.trendyol.shortened import LEAST_BYTES, without_bulk, without_lines
from cleave.domain.listing import UnreadablePackage
from cleave.domain.package import Package
from cleave.entry.endpoint import MOST_ANSWER_BYTES
from cleave.entry.wire import to_json


class Packages(Protocol):
    """Packages that are opened one by one."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Package | UnreadablePackage]:
        """Each package, or the part of it that fits."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """``texts`` are the packages as JSON. ``is_cut``: parts of them are left out, and they say so."""

    texts: Sequence[str]
    unreadable: Sequence[int]
    is_cut: bool


def fit_packages(packages: Packages, *, old_names: bool) -> Fitted:
    """Each package whole, as long as there is room; then without its bulky fields; then without its lines.

    Only one is open at a time: a page of the largest packages would fill the function's memory.
    """
    texts: list[str] = []
    unreadable: list[int] = []
    room = MOST_ANSWER_BYTES
    is_cut = False
    for left, package in zip(range(len(packages) - 1, -1, -1), packages, strict=True):
        if isinstance(package, UnreadablePackage):
            unreadable.append(package.package_id)
            continue
        text, was_cut = _fitting(render_package(package, old_names=old_names), room - left * LEAST_BYTES)
        room -= _weight(text)
        is_cut = is_cut or was_cut
        texts.append(text)
    return Fitted(texts, unreadable, is_cut)


def _fitting(rendered: Mapping[str, Any], room: int) -> tuple[str, bool]:
    text = to_json(rendered)
    if _weight(text) <= room:
        return text, False
    text = to_json(without_bulk(rendered))
    return (text, True) if _weight(text) <= room else (to_json(without_lines(rendered)), True)


def _weight(text: str) -> int:
    """Bytes of a JSON text within a JSON text, as Lambda's answer holds it."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def with_content(head: Mapping[str, Any], fitted: Fitted) -> str:
    """An envelope around the packages; it names those that could not be read, if there are any."""
    more = {"unreadablePackageIds": list(fitted.unreadable)} if fitted.unreadable else {}
    return f'{to_json({**head, **more})[:-1]},"content":[{",".join(fitted.texts)}]}}'
