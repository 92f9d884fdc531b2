"""A request to take units back: what it claims, and whether a package can give it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cleave.domain.package import CANCELLABLE, CLOSED, Status
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.refusals import LineFields, Refusal, RefusalCode

# A split is one transaction of at most 100 items, and each waiting cancellation is one of them.
MAX_WAITING = 50


@dataclass(frozen=True, slots=True)
class PackageAddress:
    """Which package a request names. ``storefront`` None asks no question about the storefront."""

    seller_id: int
    package_id: int
    storefront: str | None


@dataclass(frozen=True, slots=True)
class CancellationKey:
    """What makes a cancellation unique: the caller's scope, and the caller's own key within it."""

    scope: str
    key: str

    @property
    def dialect(self) -> str:
        """In which it was said: how its scope begins."""
        return self.scope.partition("#")[0]

    def __str__(self) -> str:
        return f"{self.scope}#{self.key}"


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

    ``fingerprint`` is equal for equal requests: a key seen again with the same one is a retry, with another one an
    error. ``storefront`` None asks no question about the storefront. ``at`` is aware UTC. ``correlation_id`` names the
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
    """Units of one package that an accepted cancellation waits to have taken out by the next split."""

    cancellation_id: str
    units: Mapping[int, int]
    reason: Reason
    cancelled_by: CancelledBy
    keep_status: bool
    at: datetime
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class PackageState:
    """What decides over a claim. ``left`` maps a line id to the units neither cancelled nor reserved.

    ``planned_ids`` are the packages that an accepted explicit split is about to make, or has made, of this one.
    ``heirs`` of a closed package are those in which its units are, as far as it knows: an id maps to True for one that
    is live, to False for one that may have been split since.
    """

    package_id: int
    storefront: str
    status: Status
    left: Mapping[int, int]
    waiting: int
    successor_ids: tuple[int, ...]
    planned_ids: tuple[int, ...] = ()
    heirs: Mapping[int, bool] = field(default_factory=dict)


def refusal_of(
    state: PackageState | None, claim: Claim, storefront: str | None, *, arriving: int = 1
) -> Refusal | None:
    """Why ``claim`` cannot be taken from a package in ``state`` (None: there is no such package), or None if it can.

    ``arriving`` is how many cancellations of the request claim units of the package. The store's condition on the
    write says the same in DynamoDB's words; this says which part of it failed.
    """
    return next(refusals_of(state, claim, storefront, arriving=arriving), None)


def refusals_of(
    state: PackageState | None, claim: Claim, storefront: str | None, *, arriving: int = 1
) -> Iterator[Refusal]:
    """Every reason why, the one of ``refusal_of`` first.

    A package that is not there, or that was replaced, is refused for that alone: it has no units to look at.
    """
    refusal = address_refusal(state, claim.package_id, storefront)
    if refusal is not None or state is None:
        yield from filter(None, [refusal])
        return
    yield from filter(None, [cancellable_refusal(state), splitting_refusal(state)])
    yield from _units_refusals(state, claim)
    yield from filter(None, [room_refusal(state, arriving)])


def address_refusal(state: PackageState | None, package_id: int, storefront: str | None) -> Refusal | None:
    """Why a request that names the package cannot mean it: it is not there, not of the storefront, or replaced."""
    if state is None:
        return Refusal(RefusalCode.PACKAGE_NOT_FOUND, f"there is no package {package_id}")
    if storefront is not None and storefront != state.storefront:
        message = f"package {package_id} belongs to another storefront than {storefront}"
        return Refusal(RefusalCode.STOREFRONT_INVALID, message, field="storeFrontCode")
    if state.status in CLOSED and state.successor_ids:
        return replaced_refusal(state, state.successor_ids)
    return None


def splitting_refusal(state: PackageState) -> Refusal | None:
    """An explicit split that was accepted has already given every unit to a package of its own."""
    if not state.planned_ids:
        return None
    names = ", ".join(str(package_id) for package_id in state.planned_ids)
    message = f"package {state.package_id} is being split; its units are about to be in packages {names}"
    return Refusal(RefusalCode.PACKAGE_SPLITTING, message)


def cancellable_refusal(state: PackageState) -> Refusal | None:
    """Units can be taken out, and moved between packages, only until the carrier has them."""
    if state.status not in CANCELLABLE:
        allowed = ", ".join(sorted(CANCELLABLE))
        message = f"package {state.package_id} is {state.status}; units can be cancelled only in {allowed}"
        return Refusal(RefusalCode.PACKAGE_STATUS, message)
    return None


def _units_refusals(state: PackageState, claim: Claim) -> Iterator[Refusal]:
    for line_id, quantity in claim.units.items():
        fields = claim.fields.get(line_id, LineFields())
        if line_id not in state.left:
            message = f"package {state.package_id} has no line {line_id}"
            yield Refusal(RefusalCode.LINE_NOT_FOUND, message, field=fields.line)
        elif quantity > state.left[line_id]:
            message = f"line {line_id} has {state.left[line_id]} units left, {quantity} were asked for"
            yield Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.quantity)


def room_refusal(state: PackageState, arriving: int) -> Refusal | None:
    """Why ``arriving`` more cancellations cannot wait for the package, or None if they can."""
    if state.waiting + arriving <= MAX_WAITING:
        return None
    message = f"{state.waiting} cancellations wait for package {state.package_id}; try again in a moment"
    return Refusal(RefusalCode.PACKAGE_BUSY, message)


def replaced_refusal(state: PackageState, live_ids: Sequence[int]) -> Refusal:
    """The refusal of a claim on a package that was split, naming the packages where its units live on."""
    names = ", ".join(str(package_id) for package_id in live_ids)
    since = f"it was replaced by package {names}" if names else "its units have all been cancelled since"
    return Refusal(RefusalCode.PACKAGE_REPLACED, f"package {state.package_id} is {state.status}; {since}")
