"""What a cancel would do, and every reason why it would be refused: the rules of accepting and splitting, unwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cleave.application.allocate_items import ItemCancellation, allocate_all
from cleave.application.cancel_items import look_at_packages, read_known, take_items
from cleave.application.cancel_package import check_same_content
from cleave.application.successors import naming_successors
from cleave.domain.cancellation import Cancellation, Claim, PackageAddress, Reservation, refusals_of
from cleave.domain.refusals import Refusal, Refusals, refusals_by
from cleave.domain.split import Split, cancel_units
from cleave.store import keys
from cleave.store.cancellations import NotReserved, claims_by_package, recorded_fingerprints, reservation_of
from cleave.store.packages import StoredPackage, stored_package
from cleave.store.rehearsal import Rehearsal
from cleave.store.table import Table

# The id of a successor is made when it is: nobody can promise it.
_NO_ID = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``refusals``, the first of which decides, or what would be: the ids of the cancellations that are new, of those
    that were accepted before, and what would become of each package with all that waits on it by now.
    """

    refusals: tuple[Refusal, ...] = ()
    new: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    splits: tuple[Split, ...] = ()


def rehearse_package(table: Table, cancellation: Cancellation) -> Outcome:
    """``cancel_package``, read only. One round trip, unless the package was replaced and its successor was too."""
    rehearsal = Rehearsal()
    try:
        rehearsal(table, [cancellation])
    except NotReserved as found:
        return _package_outcome(table, cancellation, found, rehearsal)
    return _accepted(rehearsal, [cancellation], [cancellation])


def _package_outcome(table: Table, cancellation: Cancellation, found: NotReserved, rehearsal: Rehearsal) -> Outcome:
    (claim,) = cancellation.claims
    recorded = [partial(check_same_content, cancellation, seen) for seen in found.fingerprints.values()]
    reused = refusals_by(*recorded)
    if recorded and not reused:
        return Outcome(repeated=(str(cancellation.key),))
    stored = rehearsal.packages.get((cancellation.seller_id, claim.package_id))
    address = PackageAddress(cancellation.seller_id, claim.package_id, cancellation.storefront)
    return Outcome((*reused, *_refusals(table, address, stored, claim)))


def package_refusals(table: Table, address: PackageAddress, claim: Claim) -> tuple[Refusal, ...]:
    """What the package itself has against a claim, whatever else is wrong with the request."""
    found = table.batch_get([keys.package(address.seller_id, address.package_id)])
    return _refusals(table, address, stored_package(found[0]) if found else None, claim)


def _refusals(table: Table, address: PackageAddress, stored: StoredPackage | None, claim: Claim) -> tuple[Refusal, ...]:
    state = None if stored is None else stored.state
    found = refusals_of(state, claim, address.storefront)
    return tuple(naming_successors(table, address.seller_id, state, refusal) for refusal in found)


def rehearse_items(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None, faults: Sequence[Refusal] = ()
) -> Outcome:
    """``cancel_items``, read only. ``faults`` are what is wrong with the request's own words: one refuses it all."""
    rehearsal = Rehearsal()
    first = tuple(faults)
    if not first:
        try:
            taken = take_items(table, items, sellers, rehearsal)
        except Refusal as refusal:
            first = (refusal,)
        except Refusals as several:
            first = several.refusals
        else:
            return _accepted(rehearsal, [item.cancellation for item in items], taken)
    said = {(each.code, each.field) for each in first}
    more = [each for each in _item_refusals(table, items, sellers) if (each.code, each.field) not in said]
    return Outcome((*first, *more))


def _item_refusals(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None
) -> tuple[Refusal, ...]:
    """All of them: of keys that came with other content, and of items that cannot have their units."""
    known = read_known(table, items, sellers)
    look_at_packages(table, known, items)
    recorded = recorded_fingerprints(table, [item.cancellation for item in items])
    reused = [
        partial(check_same_content, items[place].cancellation, seen, f"{items[place].field}cancel_id")
        for place, seen in recorded.items()
    ]
    fresh = [item for place, item in enumerate(items) if place not in recorded]
    return refusals_by(*reused, lambda: allocate_all(fresh, known))


def _accepted(rehearsal: Rehearsal, asked: Sequence[Cancellation], taken: Sequence[Cancellation]) -> Outcome:
    new = tuple(str(each.key) for each in taken)
    repeated = tuple(str(each.key) for each in asked if str(each.key) not in new)
    splits = [
        _split(rehearsal.packages[ref], [reservation_of(*each) for each in claims])
        for ref, claims in claims_by_package(taken).items()
    ]
    return Outcome(new=new, repeated=repeated, splits=tuple(splits))


def _split(stored: StoredPackage, arriving: Sequence[Reservation]) -> Split:
    waiting = [*stored.reservations, *arriving]
    return cancel_units(stored.package, waiting, at=arriving[0].at, successor_id=_NO_ID)
