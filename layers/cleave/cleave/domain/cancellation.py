"""A request to take units back: its claims, and its reservations until the split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.dialect import Dialect
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.refusals import LineFields


@dataclass(frozen=True, slots=True)
class PackageAddress:
    """The package that a request names. ``storefront`` None: it may be in any storefront."""

    seller_id: int
    package_id: int
    storefront: str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The owner of cancellations, within which keys are unique. ``caller`` is a seller's or a channel's id."""

    dialect: Dialect
    caller: str

    def __str__(self) -> str:
        return f"{self.dialect}#{self.caller}"

    def holds(self, cancellation_id: str) -> bool:
        """Whether this caller asked for the cancellation in this dialect."""
        return cancellation_id.startswith(f"{self}#")


@dataclass(frozen=True, slots=True)
class CancellationKey:
    """The unique key of a cancellation. As text it is the cancellation's id."""

    scope: Scope
    key: str

    def __str__(self) -> str:
        return f"{self.scope}#{self.key}"


def dialect_of(cancellation_id: str) -> Dialect:
    """The dialect of a cancellation's request; the cancellation's id begins with it."""
    return Dialect(cancellation_id.partition("#")[0])


@dataclass(frozen=True, slots=True)
class Claim:
    """The units that a cancellation takes from one package: line id to a quantity above zero.

    ``fields`` maps a line id to the request's fields that asked for it.
    """

    package_id: int
    units: Mapping[int, int]
    fields: Mapping[int, LineFields]


type PackageRef = tuple[int, int]
"""Seller and package id: the ids of two sellers' packages may be equal."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancellation to be accepted.

    ``fingerprint`` is equal for equal requests: a known key with the same fingerprint is a retry, with another one an
    error. ``storefront`` None: the package may be in any storefront. ``at`` is aware UTC. ``correlation_id`` names the
    request in the logs.
    """

    key: CancellationKey
    fingerprint: str
    seller_id: int
    storefront: str | None
    order_number: str | None
    claims: tuple[Claim, ...]
    reason: Reason
    cancelled_by: CancelledBy
    keep_status: bool
    at: datetime
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units of one package that an accepted cancellation has reserved; the next split takes them out."""

    cancellation_id: str
    units: Mapping[int, int]
    reason: Reason
    cancelled_by: CancelledBy
    keep_status: bool
    at: datetime
    correlation_id: str = ""


type PackageClaims = list[tuple[Cancellation, Claim]]


def claims_by_package(cancellations: Sequence[Cancellation]) -> dict[PackageRef, PackageClaims]:
    """The claims of all cancellations, by package."""
    grouped: dict[PackageRef, PackageClaims] = {}
    for cancellation in cancellations:
        for claim in cancellation.claims:
            grouped.setdefault((cancellation.seller_id, claim.package_id), []).append((cancellation, claim))
    return grouped


def claimed_units(claims: PackageClaims) -> dict[int, int]:
    """The units that all claims on one package take together: line id to quantity."""
    units: dict[int, int] = {}
    for _, each in claims:
        for line_id, quantity in each.units.items():
            units[line_id] = units.get(line_id, 0) + quantity
    return units


def reservation_of(cancellation: Cancellation, claim: Claim) -> Reservation:
    """The reservation on the claim's package once the cancellation is accepted."""
    return Reservation(
        cancellation_id=str(cancellation.key),
        units=claim.units,
        reason=cancellation.reason,
        cancelled_by=cancellation.cancelled_by,
        keep_status=cancellation.keep_status,
        at=cancellation.at,
        correlation_id=cancellation.correlation_id,
    )


@dataclass(frozen=True, slots=True)
class RecordedCancellation:
    """An accepted cancellation, read back. ``units`` maps package id to line id to quantity.

    It does not say whether it is applied. The packages do: it is applied once none of them has it reserved.
    """

    cancellation_id: str
    seller_id: int
    reason: Reason
    cancelled_by: CancelledBy
    keep_status: bool
    accepted_at: datetime
    units: Mapping[int, Mapping[int, int]]
    correlation_id: str

    @property
    def dialect(self) -> Dialect:
        """The dialect of its request."""
        return dialect_of(self.cancellation_id)
