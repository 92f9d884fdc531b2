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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleave.clock import from_ms, to_ms
from cleave.domain.availability import MAX_WAITING, Availability
from cleave.domain.cancellation import (
    Cancellation,
    PackageClaims,
    PackageRef,
    RecordedCancellation,
    claimed_units,
    claims_by_package,
    reservation_of,
)
from cleave.domain.reasons import CancelledBy, Reason
from cleave.store import keys, order_keys
from cleave.store.availability import CANCELLABLE_VALUES, to_availability
from cleave.store.formats import CURRENT, Unreadable, each_read, flag, read_with, text
from cleave.store.reservations import PLAN, WAITING, reservation_item
from cleave.store.retention import key_expiry
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Create, Update
from cleave.table.table import Table

# Short, as all names in the expression of a reservation are.
_RESERVE_NAMES = {"s": "status", "l": "left", "w": WAITING, "d": keys.DUE, "h": keys.SHARD, "e": keys.EXPIRES}


@dataclass(frozen=True, slots=True)
class NotReserved(Exception):  # noqa: N818 - an answer, not an error
    """Nothing was written.

    ``fingerprints`` holds those of cancellations that are already recorded, by place in the request; ``packages`` those
    that could not give their units, None for a missing package.
    """

    fingerprints: Mapping[int, str]
    packages: Mapping[PackageRef, Availability | None]


def record(table: Table, cancellations: Sequence[Cancellation]) -> None:
    """Record all cancellations and reserve all their units. Raises NotReserved, or Contended."""
    creates = [_create(table, place, each) for place, each in enumerate(cancellations)]
    reserved = claims_by_package(cancellations)
    try:
        table.write([*creates, *(_reserve(ref, claims) for ref, claims in reserved.items())])
    except ConditionsFailed as failed:
        raise _not_reserved(failed) from None


def recorded_fingerprints(table: Table, cancellations: Sequence[Cancellation]) -> dict[int, str]:
    """Fingerprints of the cancellations that are already recorded, by place."""
    named = dict.fromkeys(str(cancellation.key) for cancellation in cancellations)
    found = table.batch_get([order_keys.cancellation(each) for each in named])
    fingerprints = {_id_of(item): fingerprint_of(item) for item in found}
    ids = enumerate(str(cancellation.key) for cancellation in cancellations)
    return {place: fingerprints[each] for place, each in ids if each in fingerprints}


def read_cancellation(table: Table, cancellation_id: str) -> RecordedCancellation | None:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(order_keys.cancellation(cancellation_id))
    return None if item is None else to_cancellation(item)


def read_cancellations(
    table: Table, cancellation_ids: Iterable[str]
) -> tuple[list[RecordedCancellation], list[Unreadable]]:
    """The existing cancellations, in the order of acceptance, and the ids of unreadable ones; strongly consistent."""
    found = table.batch_get([order_keys.cancellation(each) for each in dict.fromkeys(cancellation_ids)])
    recorded, damaged = each_read(to_cancellation, found)
    return sorted(recorded, key=lambda each: (each.accepted_at, each.cancellation_id)), damaged


def _create(table: Table, place: int, cancellation: Cancellation) -> Create:
    item = {
        **order_keys.cancellation(str(cancellation.key)),
        **CURRENT,
        "fingerprint": cancellation.fingerprint,
        "seller_id": cancellation.seller_id,
        "reason": cancellation.reason.value,
        "cancelled_by": cancellation.cancelled_by.value,
        "keep_status": cancellation.keep_status,
        "accepted_at": to_ms(cancellation.at),
        "correlation_id": cancellation.correlation_id,
        "units": {
            str(claim.package_id): {str(line_id): quantity for line_id, quantity in claim.units.items()}
            for claim in cancellation.claims
        },
        keys.EXPIRES: key_expiry(cancellation.at, table.kept),
    }
    return Create(item, ("cancellation", place))


def _reserve(ref: PackageRef, claims: PackageClaims) -> Update:
    cancellation, _ = claims[0]
    units = claimed_units(claims)
    key = order_keys.package(*ref)
    # Short placeholders: an expression of DynamoDB's holds 4 KB, and a request up to 100 lines.
    lines = {f"l{n}": str(line_id) for n, line_id in enumerate(units)}
    waiting = {f"w{n}": str(each.key) for n, (each, _) in enumerate(claims)}
    storefront = {} if cancellation.storefront is None else {"sf": order_keys.listing(ref[0], cancellation.storefront)}
    values = {
        **{f"q{n}": quantity for n, quantity in enumerate(units.values())},
        **{f"w{n}": reservation_item(reservation_of(*each)) for n, each in enumerate(claims)},
        **CANCELLABLE_VALUES,
        **storefront,
        "at": to_ms(cancellation.at),
        "shard": keys.shard(key),
        "one": 1,
        "room": MAX_WAITING - len(claims),
    }
    return Update(
        key=key,
        change=_reserve_change(len(units), len(claims)),
        condition=_reserve_condition(len(units), with_storefront=bool(storefront)),
        names={**_RESERVE_NAMES, **lines, **waiting},
        values=values,
        label=("reserve", *ref),
    )


def _reserve_change(lines: int, claims: int) -> str:
    """A package with accepted work is due, and is kept until the work is done."""
    taken = [f"#l.#l{n} = #l.#l{n} - :q{n}" for n in range(lines)]
    waiting = [f"#w.#w{n} = :w{n}" for n in range(claims)]
    due = "#d = if_not_exists(#d, :at), #h = :shard"
    return f"SET {', '.join([*taken, *waiting, due])}, version = version + :one REMOVE #e"


def _reserve_condition(lines: int, *, with_storefront: bool) -> str:
    """The same rules as ``cleave.domain.availability.refusal_of``; the key holds the owner."""
    is_cancellable = f"#s IN ({', '.join(f':{name}' for name in CANCELLABLE_VALUES)})"
    units_are_left = [f"#l.#l{n} >= :q{n}" for n in range(lines)]
    there_is_room = "size(#w) <= :room"
    is_of_storefront = [f"{keys.LISTING} = :sf"] if with_storefront else []
    is_not_being_split = f"attribute_not_exists({PLAN})"
    return " AND ".join([is_cancellable, is_not_being_split, *is_of_storefront, *units_are_left, there_is_room])


def _not_reserved(failed: ConditionsFailed) -> NotReserved:
    fingerprints: dict[int, str] = {}
    packages: dict[PackageRef, Availability | None] = {}
    for label, item in failed.found.items():
        match label, item:
            case ("cancellation", int(place)), dict():
                fingerprints[place] = fingerprint_of(item)
            case ("reserve", int(seller_id), int(package_id)), _:
                packages[seller_id, package_id] = None if item is None else to_availability(item)
            case _:
                raise TypeError(f"{label} was refused by an item that does not exist")
    return NotReserved(fingerprints, packages)


def fingerprint_of(item: Item) -> str:
    """The fingerprint in a cancellation's item, which is equal for equal requests. Raises Unreadable."""
    return read_with(lambda found: text(found["fingerprint"]), item)


def _id_of(item: Item) -> str:
    return str(item[keys.PARTITION]).partition("#")[2]


def to_cancellation(item: Item) -> RecordedCancellation:
    """An accepted cancellation from its item. Raises Unreadable."""
    return read_with(_recorded, item)


def _recorded(item: Item) -> RecordedCancellation:
    return RecordedCancellation(
        cancellation_id=_id_of(item),
        seller_id=int(item["seller_id"]),
        reason=Reason(item["reason"]),
        cancelled_by=CancelledBy(item["cancelled_by"]),
        keep_status=flag(item["keep_status"]),
        accepted_at=from_ms(int(item["accepted_at"])),
        units={
            int(package_id): {int(line_id): int(quantity) for line_id, quantity in lines.items()}
            for package_id, lines in item["units"].items()
        },
        correlation_id=text(item["correlation_id"]),
    )
