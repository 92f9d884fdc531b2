"""What the stream function does, without a stream: applies all that waits, in any order of packages."""

from cleave import clock
from cleave.application.split_package import split_package
from cleave.store.attributes import to_item
from cleave.store.packages import package_state
from cleave.store.table import Table


def apply_waiting(table: Table) -> dict[int, tuple[int, ...]]:
    """Split every package that something waits on; answers package id → ids of its successors."""
    items = [to_item(attributes) for attributes in table.client.scan(TableName=table.name)["Items"]]
    waiting = [item for item in items if "waiting" in item and "waiting_since" in item]
    applied: dict[int, tuple[int, ...]] = {}
    for item in waiting:
        package_id = package_state(item).package_id
        split = split_package(table, int(item["seller_id"]), item["order_number"], package_id, clock.now())
        if split is not None:
            applied[package_id] = split.closed.successor_ids
    return applied
