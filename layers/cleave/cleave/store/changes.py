"""The one writer of an order's change, whatever its cause: all of it in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from itertools import chain

from cleave.clock import to_ms
from cleave.domain.change import OrderChange, Versioned
from cleave.domain.package import Package
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.status import Status
from cleave.store import keys, order_keys
from cleave.store.events import create_event
from cleave.store.formats import CURRENT
from cleave.store.orders import put_pointer, write_order
from cleave.store.packages import (
    WAYS,
    export_item,
    note_successor_replaced,
    package_item,
    package_key,
    state_attributes,
)
from cleave.store.reservations import PLAN, WAITING, plan_item
from cleave.store.retention import order_expiry, package_expiry
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.requests import Create, Label, Put, Update, Write, set_attributes
from cleave.table.table import Table


class PackagesExist(Exception):  # noqa: N818 - an answer that callers act on
    """Other packages already have the ids of new ones; nothing was written.

    ``package_ids`` are the ids that are taken.
    """

    def __init__(self, package_ids: Sequence[int]) -> None:
        super().__init__(f"packages {sorted(package_ids)}")
        self.package_ids = tuple(package_ids)


def write_change(table: Table, change: OrderChange) -> None:
    """Write the whole change. Raises PackagesExist, OutOfDate if another writer was faster, or Contended.

    A faster writer of the same package makes the same ids. That is OutOfDate too.
    """
    writes = change_writes(table, change)
    try:
        table.write(writes)
    except ConditionsFailed as failed:
        refused = {label[0] for label in failed.found}
        if "package" not in refused and (taken := _taken(failed.found)):
            raise PackagesExist(taken) from None
        if refused != {"parent"}:
            raise OutOfDate(str(failed)) from None
        # Only the parent is gone: it has expired, and no refusal needs it any more.
        table.write([write for write in writes if not _is_of_parent(write)])


def change_writes(table: Table, change: OrderChange) -> list[Write]:
    """The writes of a change; each label begins with the kind of item that it writes."""
    ends = package_expiry(change.at, table.kept)
    return [
        *chain.from_iterable(_closing(each, change, ends) for each in _those(change.closed)),
        *chain.from_iterable(_changing(each, change, ends) for each in _those(change.changed)),
        *(_plan(*each, change) for each in _those(change.planned)),
        *chain.from_iterable(_birth(each, change, ends) for each in change.born),
        *_order(change, order_expiry(change.at, table.kept)),
        *(create_event(each, ends, is_due=change.closed is None) for each in change.events),
    ]


def born_label(package: Package) -> Label:
    """The label of a new package's write."""
    return "born", package.seller_id, package.package_id


def _those[T](one: T | None) -> Sequence[T]:
    return () if one is None else (one,)


def _taken(found: Mapping[Label, Item | None]) -> list[int]:
    return [int(label[2]) for label, item in found.items() if label[0] == "born" and item is not None]


def _is_of_parent(write: Write) -> bool:
    return isinstance(write, Update) and write.label[0] == "parent"


def _closing(closed: Versioned, change: OrderChange, ends: int) -> list[Write]:
    """The closed package stays due, and is kept, until the fan-out is done. Its successors' pointers name it; without
    successors it gets a pointer of its own with the same lifetime."""
    package = closed.package
    attributes = {
        **state_attributes(package, ()),
        WAITING: {},
        "successor_ids": list(package.successor_ids),
        "events": [change.events[0].first, change.events[-1].first],
    }
    write = _update(closed, attributes)
    parent = note_successor_replaced(package)
    alone = [] if package.successor_ids else [put_pointer(package, ends)]
    return [write, *alone, *([] if parent is None else [parent])]


def _changing(changed: Versioned, change: OrderChange, ends: int) -> list[Write]:
    """The package keeps its reservations; its lifetime begins anew with each event."""
    package = changed.package
    attributes = {
        **state_attributes(package, changed.reservations),
        **export_item(change.exports.get(package.package_id)),
        **({} if changed.is_due or not change.events else {keys.EXPIRES: ends}),
    }
    pointer = [put_pointer(package, ends)] if change.events else []
    return [_update(changed, attributes), *pointer, *_tracked(package, ends)]


def _update(written: Versioned, attributes: Item) -> Update:
    """If all units have the package's status again, ``ways`` is removed."""
    package = written.package
    gone = "" if WAYS in attributes else f" REMOVE #{WAYS}"
    return Update(
        key=package_key(package),
        change=f"SET {set_attributes(attributes)}, version = :next{gone}",
        condition="version = :version",
        names={name: name for name in (*attributes, WAYS)},
        values={**attributes, "version": written.version, "next": written.version + 1},
        label=("package", package.seller_id, package.package_id),
    )


def _tracked(package: Package, ends: int) -> list[Write]:
    """Once its seller is on the way with a package, it may name the package by its number."""
    if package.status != Status.SHIPPED or not package.carriage.by_seller or package.tracking_number is None:
        return []
    key = order_keys.tracking_number(package.seller_id, package.tracking_number)
    return [Put({**key, **CURRENT, "package_id": package.package_id, keys.EXPIRES: ends})]


def _plan(waiting: Versioned, planned: PlannedSplit, change: OrderChange) -> Update:
    """The plan stays after the split, so that a repeat of the request is recognised."""
    key = package_key(waiting.package)
    return Update(
        key=key,
        change=f"SET {PLAN} = :plan, #due = :at, #shard = :shard, version = :next REMOVE #expires",
        condition="version = :version",
        names={"due": keys.DUE, "shard": keys.SHARD, "expires": keys.EXPIRES},
        values={
            "plan": plan_item(planned),
            "at": to_ms(change.at),
            "shard": keys.shard(key),
            "version": waiting.version,
            "next": waiting.version + 1,
        },
        label=("package", waiting.package.seller_id, waiting.package.package_id),
    )


def _birth(package: Package, change: OrderChange, ends: int) -> list[Write]:
    item = package_item(package, change.exports.get(package.package_id))
    return [Create({**item, keys.EXPIRES: ends}, born_label(package)), put_pointer(package, ends)]


def _order(change: OrderChange, ends: int) -> list[Write]:
    """The write of the order; none if the change leaves it as it is."""
    return [] if change.after == change.before else [write_order(change.before, change.after, ends)]
