"""The facts of an order's change, for systems that count stock and money."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from cleave.domain.package import Line, Package
from cleave.domain.reasons import Reason

_CENT = Decimal("0.01")
# With these reasons the goods are there and in good condition, so they can be sold again.
RESALABLE = frozenset(
    {
        Reason.WRONG_PRICE,
        Reason.WRONG_LISTING,
        Reason.INTEGRATION_ERROR,
        Reason.BULK_PURCHASE,
        Reason.CUSTOMER_DEMAND,
    }
)


class Topic(StrEnum):
    """The topic of a change: packages entered a status, or their carrier's number became known."""

    STATUS = "status"
    TRACKING = "tracking"


class Fact(StrEnum):
    """The kinds of domain events of an order."""

    CANCELLATION_ACCEPTED = "cancellation.accepted"
    CANCELLATION_APPLIED = "cancellation.applied"
    PACKAGE_CREATED = "package.created"
    PACKAGE_SPLIT = "package.split"
    PACKAGE_CANCELLED = "package.cancelled"
    PACKAGE_MOVED_ON = "package.moved_on"
    TRACKING_FED = "package.tracking_fed"


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """One fact of a change. ``package`` is its place in the change; ``cancellation_id`` is set for a cancellation's
    fact.

    Facts of one change are numbered from 0 in the order in which ``domain_events`` gives them.
    """

    fact: Fact
    package: int
    cancellation_id: str | None = None


def domain_events(packages: Sequence[Package], topic: Topic = Topic.STATUS) -> tuple[DomainEvent, ...]:
    """All facts of a change, in the order of their causes: accepted, end of the old package, applied, births."""
    if topic is Topic.TRACKING:
        return tuple(DomainEvent(Fact.TRACKING_FED, place) for place in range(len(packages)))
    return tuple(fact for place, package in enumerate(packages) for fact in _facts(place, package))


def _facts(place: int, package: Package) -> Iterator[DomainEvent]:
    if not package.is_closed:
        yield DomainEvent(Fact.PACKAGE_CREATED if package.is_new else Fact.PACKAGE_MOVED_ON, place)
        return
    cancelled = cancellation_ids(package)
    for cancellation_id in cancelled:
        yield DomainEvent(Fact.CANCELLATION_ACCEPTED, place, cancellation_id)
    yield DomainEvent(Fact.PACKAGE_SPLIT if package.successor_ids else Fact.PACKAGE_CANCELLED, place)
    for cancellation_id in cancelled:
        yield DomainEvent(Fact.CANCELLATION_APPLIED, place, cancellation_id)


def cancellation_ids(package: Package) -> list[str]:
    """The cancellations that took units out of a closed package, each once."""
    return list(dict.fromkeys(line.cancelled.cancellation_id for line in package.lines if line.cancelled))


def cancelled_lines(package: Package, cancellation_id: str | None = None) -> list[Line]:
    """The lines of a closed package whose units were cancelled; if a cancellation is named, only its lines."""
    return [
        line for line in package.lines if line.cancelled and cancellation_id in {None, line.cancelled.cancellation_id}
    ]


def amount_to_give_back(line: Line) -> Decimal:
    """The amount paid for all units of the line after discounts, to the cent, half up."""
    return sum((unit.price for unit in line.units), Decimal(0)).quantize(_CENT, rounding=ROUND_HALF_UP)
