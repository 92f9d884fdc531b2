"""One page of an order's timeline: its start, its limits, its viewer and its content."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cleave.application.read.cancellation import FollowedCancellation
from cleave.application.read.delivery_rows import DamagedRow, DeliveryRow
from cleave.domain.events import EventNote
from cleave.domain.package_state import PackageState
from cleave.store.formats import Unreadable

# One round trip; with cancellations and lines far below Lambda's answer limit of 6 MB.
PACKAGES_AT_ONCE = 100

type Damaged = Unreadable | DamagedRow


@dataclass(frozen=True, slots=True)
class Extent:
    """How many events a page may have, and which share of PACKAGES_AT_ONCE; it may have less."""

    events: int
    share: int = 1

    @property
    def packages(self) -> int:
        """One at least."""
        return max(PACKAGES_AT_ONCE // self.share, 1)

    @property
    def is_least(self) -> bool:
        """Whether there is no less."""
        return self.events == self.packages == 1

    @property
    def half(self) -> "Extent":
        """Half as much."""
        return Extent(max(self.events // 2, 1), self.share * 2)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the timeline. ``sellers`` None: all; empty ``storefronts``: any.

    ``owner`` is the owner of the webhooks that are shown, None for none; ``everybody`` shows all webhooks of the
    seller.
    """

    sellers: frozenset[int] | None
    storefronts: frozenset[str] = frozenset()
    owner: str | None = None
    everybody: bool = False

    def sees(self, storefront: str) -> bool:
        """Whether the viewer may see items of that storefront."""
        return not self.storefronts or storefront in self.storefronts


@dataclass(frozen=True, slots=True)
class TimelinePlace:
    """Where a page begins: after this package and this event of the seller's part of the order."""

    seller_id: int = 0
    package_id: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One seller's part of an order, or a page of it.

    ``cancellations`` are reserved on, or were applied to, one of ``packages``. ``unreadable`` are ids of packages whose
    items are damaged, ``damaged`` other items of the page. ``left_out`` counts the deliveries of an event that has too
    many for any page.
    """

    seller_id: int
    packages: Sequence[PackageState]
    cancellations: Sequence[FollowedCancellation]
    events: Sequence[EventNote]
    deliveries: Sequence[DeliveryRow]
    unreadable: Sequence[int] = ()
    damaged: Sequence[Damaged] = ()
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing."""
        return not (self.packages or self.events or self.unreadable or self.damaged)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``then`` None: there is no more."""

    parts: Sequence[Part] = field(default_factory=list)
    then: TimelinePlace | None = None
