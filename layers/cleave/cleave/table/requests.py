"""Writes and queries as values. A write's label names it when its condition fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleave.table.attributes import Item

type Key = dict[str, str]

type Label = str | tuple[str | int, ...]
"""What the caller of a transaction calls one of its writes; of writes with conditions no two may share one."""

NO_LABEL: Label = ""

# The condition of a write that is to be done whatever the item holds.
ALWAYS = "attribute_exists(pk) OR attribute_not_exists(pk)"


@dataclass(frozen=True, slots=True)
class Create:
    """Put an item that must not exist yet."""

    item: Item
    label: Label = NO_LABEL


@dataclass(frozen=True, slots=True)
class Put:
    """Put an item, in place of an existing one."""

    item: Item


@dataclass(frozen=True, slots=True)
class Update:
    """Change an item under a condition. ``names`` and ``values`` are the expressions' placeholders, unprefixed."""

    key: Key
    change: str
    condition: str
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    label: Label = NO_LABEL


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an item; without a condition, whether it exists or not."""

    key: Key
    condition: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    label: Label = NO_LABEL


type Write = Create | Put | Update | Delete


def label_of(write: Write) -> Label:
    """The write's label; a write without a condition has none."""
    return NO_LABEL if isinstance(write, Put) else write.label


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """``names`` and ``values`` are the expressions' placeholders, unprefixed.

    ``limit`` is how many entries a round trip looks at, before ``only`` (a filter) is applied; None: 1 MB of them.
    """

    index: str
    condition: str
    projection: str
    names: Mapping[str, str]
    values: Mapping[str, Any]
    descending: bool
    only: str | None = None
    limit: int | None = None


def set_attributes(names: Mapping[str, Any]) -> str:
    """The assignments of a SET that gives each attribute the value of its name: placeholders on both sides."""
    return ", ".join(f"#{name} = :{name}" for name in names)
