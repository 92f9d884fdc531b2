"""Records of the orders that a channel created and their content, so that an order is created once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.clock import to_ms
from cleave.domain.change import OrderChange
from cleave.store import keys, order_keys
from cleave.store.changes import born_label, change_writes
from cleave.store.formats import CURRENT, read_with
from cleave.store.orders import order_label
from cleave.store.retention import key_expiry
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Create
from cleave.table.table import Table

_RECORD = ("record", 0)


@dataclass(frozen=True, slots=True)
class CreatedBefore(Exception):  # noqa: N818 - an answer, not an error
    """The channel has created the order already: from content with this ``fingerprint``, at this ``attempt`` to find
    free ids."""

    fingerprint: str
    attempt: int


@dataclass(frozen=True, slots=True)
class SellersTaken(Exception):  # noqa: N818 - an answer, not an error
    """These sellers already have an order of that number from elsewhere."""

    seller_ids: frozenset[int]


class IdTaken(Exception):  # noqa: N818 - an answer, not an error
    """The id of one of the packages is in use."""


@dataclass(frozen=True, slots=True)
class Creation:
    """``fingerprint`` is equal for equal content; ``attempt`` is that of the attempt that made the packages' ids."""

    channel: str
    order_number: str
    fingerprint: str
    at: datetime
    attempt: int = 0

    def with_attempt(self, attempt: int) -> "Creation":
        """The same creation after so many attempts that met taken ids."""
        return replace(self, attempt=attempt)


def create(table: Table, creation: Creation, changes: Sequence[OrderChange]) -> None:
    """Write the changes of all sellers' parts of the order: all or nothing.

    Raises CreatedBefore, SellersTaken, IdTaken, Contended or Unreadable.
    """
    writes = [write for change in changes for write in change_writes(table, change)]
    try:
        table.write([_record(table, creation), *writes])
    except ConditionsFailed as failed:
        raise _explained(failed, changes) from None


def _record(table: Table, creation: Creation) -> Create:
    item = {
        **order_keys.created_order(creation.channel, creation.order_number),
        **CURRENT,
        "fingerprint": creation.fingerprint,
        "attempt": creation.attempt,
        "created_at": to_ms(creation.at),
        keys.EXPIRES: key_expiry(creation.at, table.kept),
    }
    return Create(item, _RECORD)


def _explained(failed: ConditionsFailed, changes: Sequence[OrderChange]) -> Exception:
    record: Item | None = failed.found.get(_RECORD)
    if record is not None:
        return read_with(lambda item: CreatedBefore(str(item["fingerprint"]), int(item["attempt"])), record)
    taken = [change.before.seller_id for change in changes if order_label(change.before) in failed.found]
    if taken:
        return SellersTaken(frozenset(taken))
    if any(born_label(package) in failed.found for change in changes for package in change.born):
        return IdTaken()
    return failed
