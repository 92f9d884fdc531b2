"""Which of a seller's packages a list is about."""

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """The time by which packages are listed."""

    MODIFIED = "modified"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Listing:
    """A seller's packages of a storefront, in one of ``statuses``; none given: in any.

    ``of_lines``: also those of which a line is in one of them.
    """

    seller_id: int
    storefront: str
    statuses: frozenset[str] = frozenset()
    of_lines: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """Packages that are looked for by name: a seller's, in one of the storefronts and statuses; none given: in any."""

    seller_id: int
    storefronts: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UnreadablePackage:
    """A package whose item is damaged, or was written by a later version than this."""

    package_id: int
