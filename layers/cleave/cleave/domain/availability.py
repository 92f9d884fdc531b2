"""The units that a package can still give, and the reasons why it cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleave.domain.cancellation import Claim
from cleave.domain.refusals import LineFields, Place, Refusal, RefusalCode
from cleave.domain.status import CANCELLABLE, CLOSED

# Of a package. Every unit is stored separately, and a package must fit into one item of the table.
MAX_UNITS = 5_000
# Each takes a few hundred bytes of its package's item, and later a part of each line that it takes from.
MAX_WAITING = 50


@dataclass(frozen=True, slots=True)
class Availability:
    """The facts that decide a claim on a package.

    ``left`` maps a line id to the units neither cancelled, nor reserved, nor in a status of their own. ``waiting``
    counts the reservations. ``planned_ids`` are the packages that an accepted explicit split is about to make, or has
    made. Of a closed package ``successor_ids`` are live unless it is ``followed``: then one of them was replaced too.
    """

    package_id: int
    order_number: str
    storefront: str
    status: str
    left: Mapping[int, int]
    waiting: int
    chain_id: int
    successor_ids: tuple[int, ...] = ()
    planned_ids: tuple[int, ...] = ()
    followed: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether it was cancelled or replaced."""
        return self.status in CLOSED


def refusal_of(
    state: Availability | None, claim: Claim, storefront: str | None, *, arriving: int = 1
) -> Refusal | None:
    """Why ``claim`` cannot be taken from a package in ``state`` (None: there is no such package), or None if it can.

    ``arriving`` is how many cancellations of the request claim units of the package. The store's condition on the
    write says the same in DynamoDB's words; this says which part of it failed.
    """
    return next(refusals_of(state, claim, storefront, arriving=arriving), None)


def refusals_of(
    state: Availability | None, claim: Claim, storefront: str | None, *, arriving: int = 1
) -> Iterator[Refusal]:
    """Every reason, beginning with that of ``refusal_of``.

    A missing or replaced package is the only reason given: it has no units to check.
    """
    refusal = address_refusal(state, claim.package_id, storefront)
    if refusal is not None or state is None:
        yield from filter(None, [refusal])
        return
    yield from filter(None, [cancellable_refusal(state), splitting_refusal(state)])
    yield from _units_refusals(state, claim)
    yield from filter(None, [room_refusal(state, arriving)])


def address_refusal(state: Availability | None, package_id: int, storefront: str | None) -> Refusal | None:
    """Why a request cannot use the package that it names: it is missing, in another storefront, or replaced."""
    if state is None:
        return Refusal(RefusalCode.PACKAGE_NOT_FOUND, f"there is no package {package_id}")
    if storefront is not None and storefront != state.storefront:
        message = f"package {package_id} belongs to another storefront than {storefront}"
        return Refusal(RefusalCode.STOREFRONT_INVALID, message, field=Place.STOREFRONT)
    if state.is_closed and state.successor_ids:
        return replaced_refusal(state, state.successor_ids)
    return None


def splitting_refusal(state: Availability) -> Refusal | None:
    """The refusal of a claim while an accepted explicit split has given every unit to another package."""
    if not state.planned_ids:
        return None
    names = ", ".join(str(package_id) for package_id in state.planned_ids)
    message = f"package {state.package_id} is being split; its units are about to be in packages {names}"
    return Refusal(RefusalCode.PACKAGE_SPLITTING, message)


def cancellable_refusal(state: Availability) -> Refusal | None:
    """Why no units can be taken out of a package in its status, or None if they can."""
    if state.status not in CANCELLABLE:
        allowed = ", ".join(sorted(CANCELLABLE))
        message = f"package {state.package_id} is {state.status}; units can be cancelled only in {allowed}"
        return Refusal(RefusalCode.PACKAGE_STATUS, message)
    return None


def _units_refusals(state: Availability, claim: Claim) -> Iterator[Refusal]:
    for line_id, quantity in claim.units.items():
        fields = claim.fields.get(line_id, LineFields())
        if line_id not in state.left:
            message = f"package {state.package_id} has no line {line_id}"
            yield Refusal(RefusalCode.LINE_NOT_FOUND, message, field=fields.line)
        elif quantity > state.left[line_id]:
            message = f"line {line_id} has {state.left[line_id]} units left, {quantity} were asked for"
            yield Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.quantity)


def room_refusal(state: Availability, arriving: int) -> Refusal | None:
    """Why ``arriving`` more cancellations cannot wait for the package, or None if they can."""
    if state.waiting + arriving <= MAX_WAITING:
        return None
    message = f"{state.waiting} cancellations wait for package {state.package_id}; try again in a moment"
    return Refusal(RefusalCode.PACKAGE_BUSY, message)


def replaced_refusal(state: Availability, live_ids: Sequence[int]) -> Refusal:
    """The refusal of a claim on a package that was split, naming the packages where its units live on."""
    names = ", ".join(str(package_id) for package_id in sorted(live_ids))
    since = f"it was replaced by package {names}" if names else "its units have all been cancelled since"
    return Refusal(RefusalCode.PACKAGE_REPLACED, f"package {state.package_id} is {state.status}; {since}")
