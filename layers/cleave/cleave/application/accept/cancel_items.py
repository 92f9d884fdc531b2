"""Accept cancellations that name items of an order and leave the choice of packages to us."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cleave.application.allocate_items import ItemCancellation, Known, allocate_all
from cleave.application.cancel_package import accepted, check_same_content, contended
from cleave.domain.cancellation import Cancellation, PackageRef, PackageState, room_refusal
from cleave.domain.refusals import Refusal, Refusals
from cleave.logs import Log, note
from cleave.store import keys
from cleave.store.cancellations import NotReserved, record, recorded_fingerprints
from cleave.store.failures import Contended
from cleave.store.orders import read_orders
from cleave.store.packages import package_state
from cleave.store.table import Table

type Write = Callable[[Table, Sequence[Cancellation]], None]
"""``record``, or what does the same without writing."""

# Each try uses what the last one learned: units reserved by others, or a package split a moment ago.
_TRIES = 6


def cancel_items(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> None:
    """Accept all items or none; those accepted before are left as they are. Raises Refusal or Refusals.

    ``sellers`` are those that the caller may act for, None for all.
    """
    taken = take_items(table, items, sellers, record)
    keys_taken = {str(each.key) for each in taken}
    for item in items:
        if str(item.cancellation.key) not in keys_taken:
            note(Log.CANCELLATION_REPEATED, cancellation_id=str(item.cancellation.key))
    if taken:
        accepted(taken)


def take_items(
    table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None, write: Write
) -> list[Cancellation]:
    """Choose packages for the items and ``write`` their cancellations: all, or none. Answers those that are new.

    Two round trips to accept or refuse: the order, then the transaction, which also brings back what refuses it. More
    only where several packages hold an item and others took its units, or where a package was split meanwhile. Raises
    Refusal or Refusals.
    """
    waiting = list(items)
    known: Known | None = None
    new = False  # whether what we know was learned together with, or after, that none of the waiting is recorded
    for _ in range(_TRIES):
        known = known or read_known(table, waiting, sellers)
        try:
            cancellations = allocate_all(waiting, known)
            write(table, cancellations)
        except Contended:
            raise contended() from None
        except NotReserved as found:
            waiting = _not_recorded(waiting, found.fingerprints)
            if not waiting:
                return []
            _refuse_full([each for place, each in enumerate(cancellations) if place not in found.fingerprints], found)
            known, new = _learn(table, known, waiting, found.states)
        except (Refusal, Refusals):
            # An item accepted before may well have no units left to allocate.
            unrecorded = waiting if new else _not_recorded(waiting, _recorded(table, waiting))
            if len(unrecorded) == len(waiting):
                raise
            if not unrecorded:
                return []
            waiting, new = unrecorded, True
        else:
            return cancellations
    raise contended()


def read_known(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> Known:
    """What the items' orders say of themselves, those parts of them that are of ``sellers``."""
    numbers = dict.fromkeys(item.order_number for item in items)
    parts = {number: read_orders(table, number) for number in numbers}
    return Known(
        {
            number: [part for part in orders if sellers is None or part.seller_id in sellers]
            for number, orders in parts.items()
        }
    )


def _learn(
    table: Table, known: Known, items: Sequence[ItemCancellation], states: Mapping[PackageRef, PackageState | None]
) -> tuple[Known | None, bool]:
    """None where a package was replaced: its units are in packages that we have not read of.

    The other packages of the items are looked at all at once: one by one, an item that is mostly shipped would take
    as many tries as it has packages. With it, whether all this is as old as the refused transaction.
    """
    if _is_outdated(states):
        return None, False
    if any(state is not None and state.planned_ids for state in states.values()):
        raise contended()  # an explicit split is about to give the units to packages that are not there yet
    known.correct(states)
    seen = look_at_packages(table, known, items)
    return (None, False) if _is_outdated(seen) else (known, not seen)


def look_at_packages(
    table: Table, known: Known, items: Sequence[ItemCancellation]
) -> Mapping[PackageRef, PackageState | None]:
    """Take over what the items' packages say of themselves, those not yet looked at. Answers their states."""
    unseen = known.unseen(items)
    found = table.batch_get([keys.package(*ref) for ref in unseen])
    by_key = {item["pk"]: package_state(item) for item in found}
    seen = {ref: by_key.get(keys.package(*ref)["pk"]) for ref in unseen}
    known.correct(seen)
    return seen


def _is_outdated(states: Mapping[PackageRef, PackageState | None]) -> bool:
    """Whether a package was replaced since the order was read."""
    return any(state is not None and state.successor_ids for state in states.values())


def _refuse_full(cancellations: Sequence[Cancellation], found: NotReserved) -> None:
    claims = Counter((each.seller_id, claim.package_id) for each in cancellations for claim in each.claims)
    for ref, state in found.states.items():
        refusal = room_refusal(state, claims[ref]) if state is not None else None
        if refusal is not None:
            raise refusal


def _not_recorded(items: list[ItemCancellation], recorded: Mapping[int, str]) -> list[ItemCancellation]:
    for place, fingerprint in recorded.items():
        item = items[place]
        check_same_content(item.cancellation, fingerprint, f"{item.field}cancel_id")
    return [item for place, item in enumerate(items) if place not in recorded]


def _recorded(table: Table, items: list[ItemCancellation]) -> dict[int, str]:
    return recorded_fingerprints(table, [item.cancellation for item in items])
