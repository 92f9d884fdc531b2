"""An order's unreadable items, and the attributes of an earlier copy that make them readable again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleave.store import keys, order_keys
from cleave.store.deliveries import deliveries_of, settled_key, waiting_key
from cleave.store.delivery_items import to_delivery
from cleave.store.events import to_event
from cleave.store.formats import Unreadable
from cleave.store.orders import to_order
from cleave.store.packages import check_item
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.requests import Key, Update
from cleave.table.table import Table

_VERSION = "version"


@dataclass(frozen=True, slots=True)
class DamagedItem:
    """``reader`` raises Unreadable for it."""

    item: Item
    reader: Callable[[Item], object]

    @property
    def key(self) -> Key:
        return {name: str(self.item[name]) for name in (keys.PARTITION, keys.SORT)}


def damaged_items(table: Table, order_number: str) -> Iterator[DamagedItem]:
    """The unreadable ones of the order's parts, packages and events, and of the readable ones' deliveries."""
    partition = order_keys.order_partition(order_number)
    of_order = (
        item for prefix in (order_keys.SELLER_PREFIX, keys.EVENT_PREFIX) for item in table.query(partition, prefix)
    )
    for item in [*of_order, *_beside(table, order_number)]:
        reader = _reader(item)
        if not _is_read(reader, item):
            yield DamagedItem(item, reader)


def _beside(table: Table, order_number: str) -> list[Item]:
    """The order's items in other partitions."""
    partition = order_keys.order_partition(order_number)
    pointers = [
        order_keys.placed_package(each[keys.SORT]) for each in table.query(partition, order_keys.PACKAGE_PREFIX)
    ]
    wanted: list[Key] = [order_keys.package(*ref) for ref in pointers]
    for item in table.query(partition, keys.EVENT_PREFIX):
        if _is_read(to_event, item):
            told = deliveries_of(to_event(item))
            wanted += [key for track, each in told for key in (waiting_key(each, track), settled_key(each))]
    return table.batch_get(wanted)


def _reader(item: Item) -> Callable[[Item], object]:
    sort = item[keys.SORT]
    if sort == order_keys.PACKAGE:
        return check_item
    if sort.startswith(keys.EVENT_PREFIX):
        return to_event
    if sort.startswith(order_keys.SELLER_PREFIX):
        return to_order
    return to_delivery


def _is_read(reader: Callable[[Item], object], item: Item) -> bool:
    try:
        reader(item)
    except Unreadable:
        return False
    return True


def put_back(damaged: DamagedItem, copy: Item) -> Item | None:
    """The attributes of an earlier copy that make an item readable: one of them, or all if the version is the same.

    None if none does.
    """
    differing = {name: value for name, value in copy.items() if damaged.item.get(name) != value}
    for name, value in differing.items():
        if _is_read(damaged.reader, {**damaged.item, name: value}):
            return {name: value}
    is_same = damaged.item.get(_VERSION) == copy.get(_VERSION)
    return differing if is_same and _is_read(damaged.reader, copy) else None


def mend(table: Table, damaged: DamagedItem, attributes: Item) -> None:
    """Write the attributes. Raises OutOfDate if another writer was faster."""
    names = {f"n{number}": name for number, name in enumerate(attributes)}
    version = damaged.item.get(_VERSION) if _VERSION not in attributes else None
    change = Update(
        key=damaged.key,
        change=f"SET {', '.join(f'#{name} = :{name}' for name in names)}",
        condition="attribute_exists(pk)" + ("" if version is None else " AND version = :version"),
        names=names,
        values={
            **dict(zip(names, attributes.values(), strict=True)),
            **({} if version is None else {"version": version}),
        },
    )
    try:
        table.update(change)
    except ConditionsFailed as failed:
        raise OutOfDate(str(failed)) from None
