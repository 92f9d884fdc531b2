"""What the stream function does, without a stream: does all that is due, in any order of packages."""

from collections.abc import Sequence
from datetime import timedelta

from cleave.application.split.due_work import Worker
from cleave.application.tell.wake_queue import Wake
from cleave.domain.split import Split
from cleave.store import order_keys
from cleave.store.due_packages import DuePackage, due_work
from cleave.store.packages import read_states
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.attributes import to_item
from cleave.table.table import Table


def unheard(wake: Wake, delay: timedelta) -> None:
    """A queue that forgets."""
    del wake, delay


def apply_waiting(table: Table) -> dict[int, tuple[int, ...]]:
    """Split every package that something waits on; answers package id → ids of its successors."""
    items = [to_item(attributes) for attributes in table.client.scan(TableName=table.name)["Items"]]
    work = [each for each in map(due_work, items) if isinstance(each, DuePackage)]
    _work_off(table, work)
    found = {each.ref: read_states(table, each.seller_id, [each.package_id]) for each in work}
    return {ref[1]: states[ref[1]].package.successor_ids for ref, states in found.items()}


def apply_to(table: Table, seller_id: int, package_id: int) -> Split:
    """Split one package, on which something waits."""
    item = table.get(order_keys.package(seller_id, package_id))
    assert item is not None
    work = due_work(item)
    assert isinstance(work, DuePackage)
    _work_off(table, [work])
    closed = read_states(table, seller_id, [package_id])[package_id].package
    born = read_states(table, seller_id, closed.successor_ids)
    return Split(closed, tuple(born[each].package for each in closed.successor_ids))


def _work_off(table: Table, work: Sequence[DuePackage]) -> None:
    assert Worker(table, unheard, TrackingNumbers()).work_off(work) == []
