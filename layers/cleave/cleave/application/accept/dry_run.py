"""The effect of a cancel, or every reason to refuse it: the rules of accepting and splitting, without a write."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cleave.application.accept.allocation import ItemCancellation, allocate_all
from cleave.application.accept.cancel_items import look_at_packages, read_known_orders, take_items
from cleave.application.accept.cancel_package import check_same_content
from cleave.application.accept.replaced import naming_live_packages
from cleave.domain.availability import refusals_of
from cleave.domain.cancellation import (
    Cancellation,
    Claim,
    PackageAddress,
    Reservation,
    claims_by_package,
    reservation_of,
)
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Refusal, Refusals, refusals_by
from cleave.domain.split import Name, Split, cancel_units
from cleave.store.cancellations import NotReserved, recorded_fingerprints
from cleave.store.dry_run import UnwrittenRecord
from cleave.store.packages import read_state
from cleave.table.table import Table

# A successor gets its id when it is made, so no id can be promised here.
_NO_NAME = Name(0, None)


@dataclass(frozen=True, slots=True)
class DryRun:
    """Either ``refusals``, of which the first decides, or the effect: the ids of new cancellations and of those
    accepted before, and each package after a split that applies all its waiting cancellations."""

    refusals: tuple[Refusal, ...] = ()
    new: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    splits: tuple[Split, ...] = ()


def dry_run_package(table: Table, cancellation: Cancellation) -> DryRun:
    """``cancel_package``, read only. One round trip, unless the package was replaced and its successor was too."""
    record = UnwrittenRecord()
    try:
        record(table, [cancellation])
    except NotReserved as found:
        return _refused_package(table, cancellation, found, record)
    return _accepted(record, [cancellation], [cancellation])


def _refused_package(table: Table, cancellation: Cancellation, found: NotReserved, record: UnwrittenRecord) -> DryRun:
    (claim,) = cancellation.claims
    recorded = [partial(check_same_content, cancellation, seen) for seen in found.fingerprints.values()]
    reused = refusals_by(*recorded)
    if recorded and not reused:
        return DryRun(repeated=(str(cancellation.key),))
    stored = record.packages.get((cancellation.seller_id, claim.package_id))
    address = PackageAddress(cancellation.seller_id, claim.package_id, cancellation.storefront)
    return DryRun((*reused, *_refusals(table, address, stored, claim)))


def package_refusals(table: Table, address: PackageAddress, claim: Claim) -> tuple[Refusal, ...]:
    """Why the package refuses a claim, besides other faults of the request."""
    return _refusals(table, address, read_state(table, address.seller_id, address.package_id), claim)


def _refusals(table: Table, address: PackageAddress, stored: PackageState | None, claim: Claim) -> tuple[Refusal, ...]:
    available = None if stored is None else stored.availability
    found = refusals_of(available, claim, address.storefront)
    return tuple(naming_live_packages(table, address.seller_id, available, refusal) for refusal in found)


@dataclass(frozen=True, slots=True)
class AskedCancel:
    """The requested cancel of a package: a ``cancellation``, or the ``faults`` of the request itself.

    ``claim`` None: the request does not say enough to check the package.
    """

    address: PackageAddress | None = None
    claim: Claim | None = None
    cancellation: Cancellation | None = None
    faults: tuple[Refusal, ...] = ()


def dry_run_cancel(table: Table, asked: AskedCancel) -> DryRun:
    """``cancel_package``, read only: every reason to refuse the request, or its effect."""
    if asked.cancellation is not None:
        return dry_run_package(table, asked.cancellation)
    if asked.address is None or asked.claim is None:
        return DryRun(asked.faults)
    return DryRun((*asked.faults, *package_refusals(table, asked.address, asked.claim)))


def dry_run_items(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None, faults: Sequence[Refusal] = ()
) -> DryRun:
    """``cancel_items``, read only. ``faults`` are those of the request itself; one of them refuses everything."""
    record = UnwrittenRecord()
    first = tuple(faults)
    if not first:
        try:
            taken = take_items(table, items, sellers, record)
        except Refusal as refusal:
            first = (refusal,)
        except Refusals as several:
            first = several.refusals
        else:
            return _accepted(record, [item.cancellation for item in items], taken)
    said = {(each.code, each.field) for each in first}
    more = [each for each in _item_refusals(table, items, sellers) if (each.code, each.field) not in said]
    return DryRun((*first, *more))


def _item_refusals(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None
) -> tuple[Refusal, ...]:
    """All refusals: of keys that came with other content, and of items that cannot have their units."""
    known = read_known_orders(table, items, sellers)
    look_at_packages(table, known, items)
    recorded = recorded_fingerprints(table, [item.cancellation for item in items])
    reused = [
        partial(check_same_content, items[place].cancellation, seen, items[place].fields.key)
        for place, seen in recorded.items()
    ]
    fresh = [item for place, item in enumerate(items) if place not in recorded]
    return refusals_by(*reused, lambda: allocate_all(fresh, known))


def _accepted(record: UnwrittenRecord, asked: Sequence[Cancellation], taken: Sequence[Cancellation]) -> DryRun:
    new = tuple(str(each.key) for each in taken)
    repeated = tuple(str(each.key) for each in asked if str(each.key) not in new)
    splits = [
        _split(record.packages[ref], [reservation_of(*each) for each in claims])
        for ref, claims in claims_by_package(taken).items()
    ]
    return DryRun(new=new, repeated=repeated, splits=tuple(splits))


def _split(stored: PackageState, arriving: Sequence[Reservation]) -> Split:
    waiting = [*stored.reservations, *arriving]
    return cancel_units(stored.package, waiting, at=arriving[0].at, name=_NO_NAME)
