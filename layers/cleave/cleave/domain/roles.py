"""Roles of callers, and the sellers for whom each may act."""

from dataclasses import dataclass
from enum import StrEnum

# Sellers of one credential: API Gateway passes their numbers, of 16 digits at most, to every function within 8 KB.
MAX_SELLERS = 400


class Role(StrEnum):
    """The roles of credentials: a seller speaks Trendyol's dialect for itself, an operator for every seller.

    A channel speaks HepsiGlobal's for the sellers that its credential names. Support reads what an operator reads.
    """

    SELLER = "seller"
    CHANNEL = "channel"
    OPERATOR = "operator"
    SUPPORT = "support"

    @property
    def is_staff(self) -> bool:
        """Whether the credential belongs to the marketplace itself, which may see every seller."""
        return self in {Role.OPERATOR, Role.SUPPORT}


class Tier(StrEnum):
    """The number of a seller's products, which decides the marketplace's limits on its calls."""

    UP_TO_50K = "50k"
    UP_TO_75K = "75k"
    UP_TO_150K = "150k"
    LARGER = "larger"
    NO_LIMITS = "none"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    Empty ``storefronts`` mean all of them. The ``sellers`` of an operator and of support are empty and mean all.
    """

    key: str
    role: Role
    sellers: frozenset[int]
    storefronts: frozenset[str] = frozenset()

    @property
    def is_channel(self) -> bool:
        """Whether it speaks for sellers in HepsiGlobal's dialect."""
        return self.role is Role.CHANNEL

    @property
    def only_reads(self) -> bool:
        """Whether it may change nothing at all."""
        return self.role is Role.SUPPORT

    @property
    def is_staff(self) -> bool:
        """Whether it may read items of every owner."""
        return self.role.is_staff

    @property
    def speaks_for_sellers(self) -> bool:
        """Whether it may use a seller's own paths."""
        return self.role in {Role.SELLER, Role.OPERATOR}

    @property
    def reads_of_sellers(self) -> bool:
        """Whether it may use a seller's own paths that only read."""
        return self.speaks_for_sellers or self.is_staff

    @property
    def speaks_for_carriers(self) -> bool:
        """Whether it may report a package's status after its seller has handed it over."""
        return self.role in {Role.CHANNEL, Role.OPERATOR}

    def knows(self, seller_id: int) -> bool:
        """Whether it may act for the seller; operators and support may for all."""
        return self.is_staff or seller_id in self.sellers
