"""Accept cancellations that name an order's items and leave the choice of packages to us."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cleave.application.accept.allocation import ItemCancellation, KnownOrders, allocate_all
from cleave.application.accept.cancel_package import check_same_content, report_accepted
from cleave.application.contention import contended_refusal
from cleave.domain.availability import Availability, room_refusal
from cleave.domain.cancellation import Cancellation, PackageRef
from cleave.domain.refusals import Refusal, Refusals
from cleave.logs import Log, note
from cleave.store.availability import read_availability
from cleave.store.cancellations import NotReserved, record, recorded_fingerprints
from cleave.store.orders import read_orders
from cleave.table.failures import Contended, OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table

type Record = Callable[[Table, Sequence[Cancellation]], None]
"""``record``, or what does the same without writing."""

# Each try uses the facts that the last one found: units reserved by others, or a package split a moment ago.
_TRIES = 6


def cancel_items(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> None:
    """Accept all items or none; items that were accepted before stay unchanged. Raises Refusal or Refusals.

    ``sellers`` are those for whom the caller may act, None for all.
    """
    taken = take_items(table, items, sellers, record)
    keys_taken = {str(each.key) for each in taken}
    for item in items:
        if str(item.cancellation.key) not in keys_taken:
            note(Log.CANCELLATION_REPEATED, cancellation_id=str(item.cancellation.key))
    if taken:
        report_accepted(taken)


def take_items(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None, write: Record
) -> list[Cancellation]:
    """Choose packages for the items and ``write`` their cancellations: all, or none. Returns the new ones.

    Two round trips to accept or refuse: the order, then the transaction, which also returns the stored items whose
    conditions failed. It takes more only if several packages hold an item and others took its units, or if a package
    was split meanwhile. Raises Refusal or Refusals.
    """
    acceptance = _Acceptance(table, sellers, write, list(items))
    try:
        return until_current(acceptance.attempt, tries=_TRIES)
    except Contended:
        raise contended_refusal() from None


@dataclass(slots=True)
class _Acceptance:
    """The state between tries. ``waiting`` are the items that are not known to be recorded; ``known`` are the facts
    about their orders.

    ``is_new``: the facts were read with, or after, the answer that none of the waiting items is recorded.
    """

    table: Table
    sellers: frozenset[int] | None
    write: Record
    waiting: list[ItemCancellation]
    known: KnownOrders | None = None
    is_new: bool = False

    def attempt(self) -> list[Cancellation]:
        """Raises OutOfDate with more known than before."""
        known = self.known = self.known or read_known_orders(self.table, self.waiting, self.sellers)
        try:
            cancellations = allocate_all(self.waiting, known) if self.waiting else []
        except (Refusal, Refusals):
            if not self._some_are_recorded():
                raise
            raise OutOfDate("some of the items were accepted before") from None
        try:
            if cancellations:
                self.write(self.table, cancellations)
        except NotReserved as found:
            self._learn(known, cancellations, found)
            raise OutOfDate("units are reserved, or in other packages") from None
        return cancellations

    def _some_are_recorded(self) -> bool:
        """Remove items that were accepted before: they may have no units left to allocate."""
        unrecorded = self.waiting if self.is_new else _not_recorded(self.waiting, _recorded(self.table, self.waiting))
        is_fewer = len(unrecorded) < len(self.waiting)
        self.waiting, self.is_new = unrecorded, True
        return is_fewer

    def _learn(self, known: KnownOrders, cancellations: Sequence[Cancellation], found: NotReserved) -> None:
        self.waiting = _not_recorded(self.waiting, found.fingerprints)
        _refuse_full([each for place, each in enumerate(cancellations) if place not in found.fingerprints], found)
        self.known, self.is_new = _learn(self.table, known, self.waiting, found.packages)


def read_known_orders(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> KnownOrders:
    """The items' orders from the table: the parts of ``sellers``."""
    numbers = dict.fromkeys(item.order_number for item in items)
    return KnownOrders({number: read_orders(table, number, sellers) for number in numbers})


def _learn(
    table: Table,
    known: KnownOrders,
    items: Sequence[ItemCancellation],
    states: Mapping[PackageRef, Availability | None],
) -> tuple[KnownOrders | None, bool]:
    """None where a package was replaced: its units are in packages that we have not read of.

    The other packages of the items are looked at all at once: one by one, an item that is mostly shipped would take
    as many tries as it has packages. With it, whether all this is as old as the refused transaction.
    """
    if _is_outdated(states):
        return None, False
    if any(state is not None and state.planned_ids for state in states.values()):
        raise contended_refusal()  # an explicit split is about to give the units to packages that are not there yet
    known.correct(states)
    seen = look_at_packages(table, known, items)
    return (None, False) if _is_outdated(seen) else (known, not seen)


def look_at_packages(
    table: Table, known: KnownOrders, items: Sequence[ItemCancellation]
) -> Mapping[PackageRef, Availability | None]:
    """Read those of the items' packages that were not read yet. Returns their states."""
    seen = read_availability(table, known.unseen(items))
    known.correct(seen)
    return seen


def _is_outdated(states: Mapping[PackageRef, Availability | None]) -> bool:
    """Whether a package was replaced since the order was read."""
    return any(state is not None and state.successor_ids for state in states.values())


def _refuse_full(cancellations: Sequence[Cancellation], found: NotReserved) -> None:
    claims = Counter((each.seller_id, claim.package_id) for each in cancellations for claim in each.claims)
    for ref, state in found.packages.items():
        refusal = room_refusal(state, claims[ref]) if state is not None else None
        if refusal is not None:
            raise refusal


def _not_recorded(items: list[ItemCancellation], recorded: Mapping[int, str]) -> list[ItemCancellation]:
    for place, fingerprint in recorded.items():
        item = items[place]
        check_same_content(item.cancellation, fingerprint, item.fields.key)
    return [item for place, item in enumerate(items) if place not in recorded]


def _recorded(table: Table, items: list[ItemCancellation]) -> dict[int, str]:
    return recorded_fingerprints(table, [item.cancellation for item in items])
