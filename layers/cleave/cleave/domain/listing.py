"""What a list of a seller's packages asks for."""

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """The time by which packages are listed."""

    MODIFIED = "modified"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Listing:
    """A seller's packages in one storefront and one of ``statuses``; without statuses, in any.

    ``of_lines``: also packages that have a line in one of them.
    """

    seller_id: int
    storefront: str
    statuses: frozenset[str] = frozenset()
    of_lines: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """A seller's packages with certain ids, in one of the storefronts and statuses; without these, in any."""

    seller_id: int
    storefronts: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a package holds; ``characters`` are those of the fields that no rule reads, as JSON."""

    lines: int
    units: int
    characters: int


@dataclass(frozen=True, slots=True)
class UnreadablePackage:
    """A package whose item is damaged, or was written by a later version."""

    package_id: int
