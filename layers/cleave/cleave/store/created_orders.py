"""Which orders a channel created, and from what content: what makes creating one happen once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.clock import to_ms
from cleave.domain.events import events_after
from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.failures import ConditionsFailed
from cleave.store.orders import change_order, new_order, put_event, put_order_package
from cleave.store.packages import put_package
from cleave.store.table import Put, Table, Write

_WRITES_OF_A_PACKAGE = 4


@dataclass(frozen=True, slots=True)
class NotCreated(Exception):  # noqa: N818 - an answer, not an error
    """Nothing was written.

    ``fingerprint`` and ``attempt`` are those of the order that the channel created before under the number, None if it
    did not. ``taken_sellers`` have an order of that number already, ``id_taken`` tells that a package's id is in use.
    """

    fingerprint: str | None
    attempt: int | None
    taken_sellers: frozenset[int]
    id_taken: bool


@dataclass(frozen=True, slots=True)
class Creation:
    """``fingerprint`` is equal for equal content; ``attempt`` is the one that the packages' ids were made with."""

    channel: str
    order_number: str
    fingerprint: str
    attempt: int
    correlation_id: str = ""


def create(table: Table, creation: Creation, packages: Sequence[Package], at: datetime) -> None:
    """Put the order of each package's seller, its package and the event of its birth: all or nothing.

    Raises NotCreated or Contended.
    """
    writes = [write for package in packages for write in _writes(package, creation, at)]
    try:
        table.write([_record(creation, at), *writes])
    except ConditionsFailed as failed:
        raise _not_created(failed, packages) from None


def _record(creation: Creation, at: datetime) -> Put:
    return Put(
        {
            **keys.created_order(creation.channel, creation.order_number),
            "fingerprint": creation.fingerprint,
            "attempt": creation.attempt,
            "created_at": to_ms(at),
        }
    )


def _writes(package: Package, creation: Creation, at: datetime) -> list[Write]:
    order = new_order(package.order_number, package.seller_id)
    (event,) = events_after(order, [package], at, creation.correlation_id)
    writes = [change_order(order, [package], events=1), put_package(package), put_order_package(package)]
    return [*writes, put_event(event)]


def _not_created(failed: ConditionsFailed, packages: Sequence[Package]) -> NotCreated:
    record = failed.found.get(0)
    places = {place: 1 + place * _WRITES_OF_A_PACKAGE for place in range(len(packages))}
    return NotCreated(
        fingerprint=record["fingerprint"] if record else None,
        attempt=int(record["attempt"]) if record else None,
        taken_sellers=frozenset(packages[place].seller_id for place, first in places.items() if first in failed.found),
        id_taken=any(first + 1 in failed.found for first in places.values()),
    )
