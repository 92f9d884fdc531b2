"""Package items, and what the rules read of them without opening the document."""

from dataclasses import dataclass
from typing import Any

from cleave.clock import from_ms, to_ms
from cleave.domain.cancellation import PackageState, Reservation
from cleave.domain.package import CANCELLABLE, Package, Status
from cleave.domain.partition import PlannedSplit
from cleave.domain.reasons import CancelledBy, Reason
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.documents import pack, unpack
from cleave.store.heirs import HEIRS, heirs_of, to_heirs
from cleave.store.splits import PLAN, to_planned
from cleave.store.table import Put, Table, Update


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """A package with what waits to be taken out of it, or how it is, or was, to be split. ``version`` counts writes.

    ``correlation_id`` is that of the requests that wait.
    """

    package: Package
    reservations: tuple[Reservation, ...]
    version: int
    state: PackageState
    planned: PlannedSplit | None
    correlation_id: str


def put_package(package: Package, packed: bytes | None = None, *, import_fingerprint: str | None = None) -> Put:
    """The write of a package that is new; ``import_fingerprint`` tells a repeated import from another package.

    ``packed`` is the package, if it is packed already.
    """
    left = {str(line.line_id): line.quantity for line in package.lines}
    return Put(
        {
            **keys.package(package.seller_id, package.package_id),
            **_attributes(package, packed),
            "package_id": package.package_id,
            "seller_id": package.seller_id,
            "order_number": package.order_number,
            "storefront": package.storefront,
            keys.LISTING: keys.listing(package.seller_id, package.storefront),
            keys.BY_CREATED: keys.place(to_ms(package.created_at), package.package_id),
            "version": 1,
            "left": left,
            "waiting": {},
            "import_fingerprint": import_fingerprint,
        }
    )


def close_package(closed: Package, version: int, packed: bytes | None = None) -> Update:
    """Write what a split made of a package, if nobody has written it since ``version``.

    ``packed`` is the package, if it is packed already.
    """
    attributes = _attributes(closed, packed) | {HEIRS: heirs_of(closed.successor_ids)}
    return Update(
        key=keys.package(closed.seller_id, closed.package_id),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in attributes)}, version = :next, waiting = :none"
        " REMOVE waiting_since, pending",
        condition="version = :version",
        names={name: name for name in attributes},
        values={**attributes, "version": version, "next": version + 1, "none": {}},
    )


def change_package(package: Package, version: int) -> Update:
    """Write a package that holds the same units as before, if nobody has written it since ``version``.

    What waits to be taken out of it goes on waiting.
    """
    attributes = _attributes(package)
    return Update(
        key=keys.package(package.seller_id, package.package_id),
        change=f"SET {', '.join(f'#{name} = :{name}' for name in attributes)}, version = :next",
        condition="version = :version",
        names={name: name for name in attributes},
        values={**attributes, "version": version, "next": version + 1},
    )


def _attributes(package: Package, packed: bytes | None = None) -> Item:
    return {
        "status": package.status.value,
        keys.BY_MODIFIED: keys.place(to_ms(package.modified_at), package.package_id),
        "successor_ids": list(package.successor_ids),
        "document": packed or pack(package),
    }


def read_package(table: Table, seller_id: int, package_id: int) -> StoredPackage | None:
    """Strongly consistent."""
    item = table.get(keys.package(seller_id, package_id))
    return None if item is None else stored_package(item)


def stored_package(item: Item) -> StoredPackage:
    """A package from its item."""
    reservations = tuple(_reservation(key, waiting) for key, waiting in item["waiting"].items())
    return StoredPackage(
        package=unpack(bytes(item["document"])),
        reservations=reservations,
        version=int(item["version"]),
        state=package_state(item),
        planned=to_planned(item[PLAN]) if PLAN in item else None,
        correlation_id=waiting_correlation(item),
    )


def waiting_correlation(item: Item) -> str:
    """The requests that wait on a package's item, in the order in which they came, with spaces between."""
    waiting = sorted(item["waiting"].values(), key=lambda each: each["at"])
    ids = [each.get("correlation_id") for each in waiting] or [item.get(PLAN, {}).get("correlation_id")]
    return " ".join(dict.fromkeys(filter(None, ids)))


def package_state(item: Item) -> PackageState:
    """What decides over a claim, from a package's item."""
    return PackageState(
        package_id=int(item["package_id"]),
        storefront=item["storefront"],
        status=Status(item["status"]),
        left={int(line_id): int(quantity) for line_id, quantity in item["left"].items()},
        waiting=len(item["waiting"]),
        successor_ids=tuple(int(successor) for successor in item["successor_ids"]),
        planned_ids=to_planned(item[PLAN]).package_ids if PLAN in item else (),
        heirs=to_heirs(item),
    )


def reservation_document(reservation: Reservation) -> dict[str, Any]:
    """A reservation as it waits inside its package's item."""
    return {
        "units": {str(line_id): quantity for line_id, quantity in reservation.units.items()},
        "reason": reservation.reason.value,
        "cancelled_by": reservation.cancelled_by.value,
        "keep_status": reservation.keep_status,
        "at": to_ms(reservation.at),
        "correlation_id": reservation.correlation_id,
    }


def _reservation(cancellation_id: str, document: dict[str, Any]) -> Reservation:
    return Reservation(
        cancellation_id=cancellation_id,
        units={int(line_id): int(quantity) for line_id, quantity in document["units"].items()},
        reason=Reason(document["reason"]),
        cancelled_by=CancelledBy(document["cancelled_by"]),
        keep_status=document["keep_status"],
        at=from_ms(int(document["at"])),
        correlation_id=document.get("correlation_id", ""),  # accepted before there was one
    )


CANCELLABLE_VALUES = {f"status_{position}": status.value for position, status in enumerate(sorted(CANCELLABLE))}
