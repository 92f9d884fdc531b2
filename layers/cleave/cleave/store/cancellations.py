"""Accepting cancellations: one transaction records them and reserves their units, or nothing is written.

time   caller A                         caller B (the same key, or the same last unit)
────   ──────────────────────────────   ──────────────────────────────────────────────
 1     Put CANCELLATION if it is new
       Update PACKAGE if units are left
 2                                      the same transaction: one of the two conditions fails,
                                        and brings back the item as A left it
 3                                      same key, same fingerprint: A's answer
                                        same key, other fingerprint: KEY_REUSED
                                        no units: the refusal, with what is left
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleave.clock import to_ms
from cleave.domain.cancellation import MAX_WAITING, Cancellation, Claim, PackageRef, PackageState, Reservation
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.failures import ConditionsFailed
from cleave.store.packages import CANCELLABLE_VALUES, package_state, reservation_document
from cleave.store.splits import PLAN
from cleave.store.table import Put, Table, Update


@dataclass(frozen=True, slots=True)
class NotReserved(Exception):  # noqa: N818 - an answer, not an error
    """Nothing was written.

    ``fingerprints`` holds those of the cancellations that are already recorded, by their place in the request;
    ``states`` the packages that could not give their units, None where there is no such package.
    """

    fingerprints: Mapping[int, str]
    states: Mapping[PackageRef, PackageState | None]


def record(table: Table, cancellations: Sequence[Cancellation]) -> None:
    """Record all cancellations and reserve all their units. Raises NotReserved, or Contended."""
    puts = [_put(cancellation) for cancellation in cancellations]
    reserved = claims_by_package(cancellations)
    try:
        table.write([*puts, *(_reserve(claims) for claims in reserved.values())])
    except ConditionsFailed as failed:
        raise _not_reserved(failed, len(puts), list(reserved)) from None


def recorded_fingerprints(table: Table, cancellations: Sequence[Cancellation]) -> dict[int, str]:
    """Fingerprints of those that are already recorded, by their place."""
    named = dict.fromkeys(str(cancellation.key) for cancellation in cancellations)
    found = table.batch_get([keys.cancellation(each) for each in named])
    fingerprints: dict[str, str] = {item["cancellation_id"]: item["fingerprint"] for item in found}
    ids = enumerate(str(cancellation.key) for cancellation in cancellations)
    return {place: fingerprints[each] for place, each in ids if each in fingerprints}


def applied(cancellation_id: str, successor_ids: Sequence[int], at_ms: int) -> Update:
    """Mark a cancellation as applied by a split.

    A cancellation over several packages is applied package by package, so the successors add up.
    """
    return Update(
        key=keys.cancellation(cancellation_id),
        change="SET applied_at = :at, successor_ids = list_append(successor_ids, :ids), "
        "packages_waiting = packages_waiting - :one",
        condition="packages_waiting > :zero",
        values={"at": at_ms, "ids": list(successor_ids), "one": 1, "zero": 0},
    )


def _put(cancellation: Cancellation) -> Put:
    return Put(
        {
            **keys.cancellation(str(cancellation.key)),
            "cancellation_id": str(cancellation.key),
            "fingerprint": cancellation.fingerprint,
            "seller_id": cancellation.seller_id,
            "order_number": cancellation.order_number,
            "reason": cancellation.reason.value,
            "cancelled_by": cancellation.cancelled_by.value,
            "keep_status": cancellation.keep_status,
            "accepted_at": to_ms(cancellation.at),
            "correlation_id": cancellation.correlation_id,
            "units": {
                str(claim.package_id): {str(line_id): quantity for line_id, quantity in claim.units.items()}
                for claim in cancellation.claims
            },
            "packages_waiting": len(cancellation.claims),
            "successor_ids": [],
        }
    )


type PackageClaims = list[tuple[Cancellation, Claim]]


def claims_by_package(cancellations: Sequence[Cancellation]) -> dict[PackageRef, PackageClaims]:
    """Claims by package: a transaction may name an item only once."""
    grouped: dict[PackageRef, PackageClaims] = {}
    for cancellation in cancellations:
        for claim in cancellation.claims:
            grouped.setdefault((cancellation.seller_id, claim.package_id), []).append((cancellation, claim))
    return grouped


def claimed_units(claims: PackageClaims) -> dict[int, int]:
    """What the claims on one package take together: line id to quantity."""
    units: dict[int, int] = {}
    for _, each in claims:
        for line_id, quantity in each.units.items():
            units[line_id] = units.get(line_id, 0) + quantity
    return units


def _reserve(claims: PackageClaims) -> Update:
    cancellation, claim = claims[0]
    units = claimed_units(claims)
    # Short placeholders: an expression of DynamoDB's holds 4 KB, and a request up to 100 lines.
    lines = {f"l{n}": str(line_id) for n, line_id in enumerate(units)}
    quantities = {f"q{n}": quantity for n, quantity in enumerate(units.values())}
    waiting = {f"w{n}": str(each.key) for n, (each, _) in enumerate(claims)}
    storefront = {} if cancellation.storefront is None else {"storefront": cancellation.storefront}
    values = {
        **quantities,
        **{f"w{n}": reservation_document(reservation_of(*each)) for n, each in enumerate(claims)},
        **CANCELLABLE_VALUES,
        **storefront,
        "at": to_ms(cancellation.at),
        "pending": keys.pending(str(claim.package_id)),
        "one": 1,
        "room": MAX_WAITING - len(claims),
    }
    return Update(
        key=keys.package(cancellation.seller_id, claim.package_id),
        change=_reserve_change(len(units), len(claims)),
        condition=_reserve_condition(len(units), with_storefront=bool(storefront)),
        names={"status": "status", "left": "left", **lines, **waiting},
        values=values,
    )


def _reserve_change(lines: int, claims: int) -> str:
    taken = [f"#left.#l{n} = #left.#l{n} - :q{n}" for n in range(lines)]
    waiting = [f"waiting.#w{n} = :w{n}" for n in range(claims)]
    since = "waiting_since = if_not_exists(waiting_since, :at)"
    return f"SET {', '.join([*taken, *waiting, since])}, pending = :pending, version = version + :one"


def _reserve_condition(lines: int, *, with_storefront: bool) -> str:
    """The same rules as ``cleave.domain.cancellation.refusal_of``; the owner is in the key."""
    is_cancellable = f"#status IN ({', '.join(f':{name}' for name in CANCELLABLE_VALUES)})"
    units_are_left = [f"#left.#l{n} >= :q{n}" for n in range(lines)]
    there_is_room = "size(waiting) <= :room"
    is_of_storefront = ["storefront = :storefront"] if with_storefront else []
    is_not_being_split = f"attribute_not_exists({PLAN})"
    return " AND ".join([is_cancellable, is_not_being_split, *is_of_storefront, *units_are_left, there_is_room])


def reservation_of(cancellation: Cancellation, claim: Claim) -> Reservation:
    """What waits on the claim's package once the cancellation is accepted."""
    return Reservation(
        cancellation_id=str(cancellation.key),
        units=claim.units,
        reason=cancellation.reason,
        cancelled_by=cancellation.cancelled_by,
        keep_status=cancellation.keep_status,
        at=cancellation.at,
        correlation_id=cancellation.correlation_id,
    )


def _not_reserved(failed: ConditionsFailed, puts: int, packages: list[PackageRef]) -> NotReserved:
    fingerprints: dict[int, str] = {}
    states: dict[PackageRef, PackageState | None] = {}
    for position, item in failed.found.items():
        if position < puts:
            fingerprints[position] = _fingerprint(item)
        else:
            states[packages[position - puts]] = None if item is None else package_state(item)
    return NotReserved(fingerprints, states)


def _fingerprint(item: Item | None) -> str:
    if item is None:
        raise TypeError("a put was refused by an item that does not exist")
    return str(item["fingerprint"])
