"""A change of an order, whatever its cause, as one value; the store writes it as one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cleave.domain.cancellation import Reservation
from cleave.domain.domain_events import Topic
from cleave.domain.events import Announcement, Event, announce
from cleave.domain.order import Order, chains_with
from cleave.domain.package import Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.progress import check_nothing_waits
from cleave.domain.recipients import Recipient
from cleave.domain.split import Split

type Grouping = Callable[[Sequence[Package]], Sequence[Sequence[Package]]]
"""Divides the packages of a change into those whose event is kept in one item."""


@dataclass(frozen=True, slots=True)
class Versioned:
    """A package as a change leaves it; ``version``, ``reservations`` and ``is_due`` are those of the state before."""

    package: Package
    version: int
    reservations: tuple[Reservation, ...] = ()
    is_due: bool = False


def _versioned(package: Package, state: PackageState) -> Versioned:
    return Versioned(package, state.version, state.reservations, state.is_due)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """A change of one seller's part of an order.

    ``before`` is the order as it was read, ``after`` as it will be. ``closed`` ends; ``changed`` keeps its units;
    ``born`` are new; ``planned`` waits to be split. ``events`` describe the change. ``exports`` maps imported packages
    to the facts kept of their export.
    """

    before: Order
    after: Order
    at: datetime
    closed: Versioned | None = None
    changed: Versioned | None = None
    born: tuple[Package, ...] = ()
    planned: tuple[Versioned, PlannedSplit] | None = None
    events: tuple[Event, ...] = ()
    exports: Mapping[int, Export] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audience:
    """The recipients of a change that happens ``at``, and the division of its packages into events."""

    recipients: Sequence[Recipient]
    at: datetime
    grouped: Grouping
    correlation_id: str = ""

    def announce(self, order: Order, packages: Sequence[Package], topic: Topic = Topic.STATUS) -> Announcement:
        """The events of packages that entered a status, or of another topic."""
        return announce(order, self.grouped(packages), self.recipients, self.at, self.correlation_id, topic)


def splitting(state: PackageState, split: Split, order: Order, audience: Audience) -> OrderChange:
    """A package is closed and others replace it. The closing comes before the births, also among the events."""
    said = audience.announce(order, (split.closed, *split.successors))
    return OrderChange(
        before=order,
        after=after_split(said.order, split),
        at=audience.at,
        closed=Versioned(split.closed, state.version),
        born=split.successors,
        events=said.events,
    )


def after_split(order: Order, split: Split) -> Order:
    """The order with a package's successors, and without the room promised for them."""
    closed = split.closed
    live = order.with_packages((closed, *split.successors))
    begun = [each.chain_id for each in split.successors if each.chain_id != closed.chain_id]
    return replace(
        order,
        live=live,
        chains=chains_with(order.chains, closed.chain_id, begun, live),
        promised={place: size for place, size in order.promised.items() if place != closed.package_id},
    )


def entering(
    state: PackageState, changed: Package, order: Order, audience: Audience, topic: Topic = Topic.STATUS
) -> OrderChange:
    """A package enters a status with the same units as before, or its carrier's number becomes known."""
    said = audience.announce(order, (changed,), topic)
    after = replace(said.order, live=order.with_packages((changed,)))
    return OrderChange(
        before=order,
        after=after,
        at=audience.at,
        changed=_versioned(changed, state),
        events=said.events,
    )


def creating(package: Package, order: Order, audience: Audience) -> OrderChange:
    """A package is created, and its order's subscribers get messages."""
    said = audience.announce(order, (package,))
    after = replace(said.order, live=order.with_packages((package,)))
    return OrderChange(before=order, after=after, at=audience.at, born=(package,), events=said.events)


def importing(package: Package, export: Export, order: Order, at: datetime) -> OrderChange:
    """A package that the marketplace already has is imported; nobody gets a message."""
    return OrderChange(
        before=order,
        after=replace(order, live=order.with_packages((package,))),
        at=at,
        born=(package,),
        exports={package.package_id: export},
    )


def moving(
    state: PackageState, changed: Package, order: Order, audience: Audience, export: Export | None = None
) -> OrderChange:
    """A report or a later export changes a package. If it, or units of it, enter a status, subscribers get messages;
    otherwise see ``feeding``.

    Raises Refusal if accepted work that is not done yet would become impossible.
    """
    check_nothing_waits(state, changed)
    before = state.package
    is_told = (changed.status, changed.ways) != (before.status, before.ways)
    change = (entering if is_told else feeding)(state, changed, order, audience)
    return change if export is None else replace(change, exports={changed.package_id: export})


def feeding(state: PackageState, changed: Package, order: Order, audience: Audience) -> OrderChange:
    """The facts of a package's shipment change. If the carrier's number changes, subscribers to it get a message."""
    if carrier_number(changed) == carrier_number(state.package):
        return correcting(state, changed, audience.at)
    return entering(state, changed, order, audience, Topic.TRACKING)


def carrier_number(package: Package) -> tuple[object, ...]:
    """Identifies the shipment at the carrier: the marketplace's number, the seller's number, and the carrier."""
    return package.tracking_number, package.carriage.sender_number, package.carriage.provider_name


def correcting(state: PackageState, changed: Package, at: datetime) -> OrderChange:
    """Facts of a package change, but not its status. The order stays as it is, and nobody gets a message."""
    order = Order(changed.order_number, changed.seller_id)
    return OrderChange(before=order, after=order, at=at, changed=_versioned(changed, state))


def planning(state: PackageState, planned: PlannedSplit, order: Order, size: int, at: datetime) -> OrderChange:
    """A seller's own split is accepted. ``size`` is the number of bytes that it will add to the order."""
    after = replace(order, promised={**order.promised, state.package.package_id: size})
    return OrderChange(before=order, after=after, at=at, planned=(_versioned(state.package, state), planned))
