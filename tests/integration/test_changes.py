"""The one transaction of an order's change: all of it or nothing, and what refused it by name."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.domain.change import Audience, OrderChange, correcting, entering, feeding, importing, planning, splitting
from cleave.domain.domain_events import Topic
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.split import Name, cancel_units
from cleave.domain.status import Status
from cleave.store import keys, order_keys
from cleave.store.cancellations import record
from cleave.store.changes import PackagesExist, change_writes, write_change
from cleave.store.due import clear_event, clear_package
from cleave.store.events import EventSummary, group_by_size, read_events, read_summaries
from cleave.store.orders import order_package_ids, read_order
from cleave.store.packages import package_item, read_state
from cleave.store.retention import package_expiry
from cleave.table.attributes import to_item
from cleave.table.failures import OutOfDate
from cleave.table.requests import Delete, Key, Put, Update
from cleave.table.table import Table

from tests.support.stored import cancellation_of
from tests.unit.builders import START, line, package, recipient, reservation

SELLER, ORDER, PACKAGE, NEW = 20811, "ORDER", 100, 200
AT = START + timedelta(hours=1)
AUDIENCE = Audience([recipient()], AT, group_by_size)


@pytest.fixture
def imported(table: Table) -> PackageState:
    """A package of three units and the order with it."""
    write_change(table, importing(package(line(1, 3)), Export("print", None), Order(ORDER, SELLER), START))
    return stored(table)


def stored(table: Table, package_id: int = PACKAGE) -> PackageState:
    state = read_state(table, SELLER, package_id)
    assert state is not None
    return state


def split(table: Table, state: PackageState, new_id: int = NEW) -> OrderChange:
    of = state.package
    done = cancel_units(of, [reservation("trendyol#20811#key", {1: 1})], at=AT, name=Name(new_id, None))
    return splitting(state, done, read_order(table, SELLER, ORDER), AUDIENCE)


def everything(table: Table) -> list[str]:
    return sorted(json.dumps(item, default=str) for item in table.client.scan(TableName=table.name)["Items"])


def test_a_split_is_written_whole(table: Table, imported: PackageState) -> None:
    write_change(table, split(table, imported))
    closed, born, order = stored(table), stored(table, NEW), read_order(table, SELLER, ORDER)
    assert (closed.package.status, closed.version, closed.end_events) == (Status.CANCELLED, 2, (1, 1))
    assert (born.package.status, born.version, born.availability.left) == (Status.CREATED, 1, {1: 2})
    assert ([live.package_id for live in order.live], order.sequence, order.version) == ([NEW], 2, 2)
    assert order.told["hook"].number == 2
    assert order_package_ids(table, SELLER, ORDER) == [PACKAGE, NEW]


def test_the_writes_of_a_change_are_named(table: Table, imported: PackageState) -> None:
    child = split(table, imported)
    write_change(table, child)
    change = split(table, stored(table, NEW), 300)
    labels = [write.label for write in change_writes(table, change) if not isinstance(write, Put)]
    assert labels == [
        ("package", SELLER, NEW),
        ("parent", SELLER, PACKAGE),
        ("born", SELLER, 300),
        ("order", SELLER),
        ("event", SELLER, 3),
    ]


def bump(key: Key) -> Update:
    """Somebody else's write."""
    return Update(key, "SET version = version + :one", "attribute_exists(pk)", {"one": 1})


MEANWHILE: dict[str, Callable[[Table], None]] = {
    "the package": lambda table: table.write([bump(order_keys.package(SELLER, PACKAGE))]),
    "its order": lambda table: table.write([bump(order_keys.order(SELLER, ORDER))]),
    "its order's next event": lambda table: table.put(Put({**order_keys.event(SELLER, ORDER, 1)})),
    "the package, which took the ids that come of it too": lambda table: write_change(
        table, split(table, stored(table))
    ),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE.values(), ids=MEANWHILE)
def test_a_change_of_what_somebody_has_written_since_is_out_of_date(
    table: Table, imported: PackageState, meanwhile: Callable[[Table], None]
) -> None:
    change = split(table, imported)
    meanwhile(table)
    before = everything(table)
    with pytest.raises(OutOfDate):
        write_change(table, change)
    assert everything(table) == before


def changes_of(state: PackageState, order: Order) -> dict[str, OrderChange]:
    picked = replace(state.package, status=Status.PICKING)
    plan = PlannedSplit("f", ({1: 1}, {1: 2}), (200, 201), 2, keep_status=False)
    return {
        "a status": entering(state, picked, order, AUDIENCE),
        "its own word": correcting(state, picked, AT),
        "its carrier's number": feeding(state, replace(state.package, tracking_number=71), order, AUDIENCE),
        "a plan": planning(state, plan, order, 70, AT),
    }


@pytest.mark.parametrize("kind", ["a status", "its own word", "its carrier's number", "a plan"])
def test_every_kind_of_change_meets_a_cancellation_that_came_meanwhile(
    table: Table, imported: PackageState, kind: str
) -> None:
    change = changes_of(imported, read_order(table, SELLER, ORDER))[kind]
    table.write([bump(order_keys.package(SELLER, PACKAGE))])
    before = everything(table)
    with pytest.raises(OutOfDate):
        write_change(table, change)
    assert everything(table) == before


def test_an_order_that_came_into_being_meanwhile_is_out_of_date(table: Table, imported: PackageState) -> None:
    del imported
    other = package(line(2, 1), package_id=101)
    with pytest.raises(OutOfDate):
        write_change(table, importing(other, Export("print", None), Order(ORDER, SELLER), START))
    assert read_state(table, SELLER, 101) is None


def test_an_id_that_is_taken_is_told_with_what_its_import_was_made_of(table: Table, imported: PackageState) -> None:
    again = importing(imported.package, Export("other", None), replace(read_order(table, SELLER, ORDER)), START)
    with pytest.raises(PackagesExist) as found:
        write_change(table, again)
    assert found.value.package_ids == (PACKAGE,)


def test_an_id_that_a_split_finds_taken_is_told_without_a_word_on_its_content(
    table: Table, imported: PackageState
) -> None:
    taker = package(line(9, 1), package_id=NEW)
    table.put(Put(package_item(taker)))
    before = everything(table)
    with pytest.raises(PackagesExist) as found:
        write_change(table, split(table, imported))
    assert (found.value.package_ids, everything(table)) == ((NEW,), before)


def test_a_parent_whose_time_is_over_does_not_keep_its_child_from_being_replaced(
    table: Table, imported: PackageState
) -> None:
    write_change(table, split(table, imported))
    table.delete(Delete(order_keys.package(SELLER, PACKAGE)))
    write_change(table, split(table, stored(table, NEW), 300))
    assert stored(table, NEW).package.successor_ids == (300,)
    assert read_state(table, SELLER, PACKAGE) is None


def test_a_parent_whose_time_is_over_does_not_hide_what_else_refuses(table: Table, imported: PackageState) -> None:
    write_change(table, split(table, imported))
    change = split(table, stored(table, NEW), 300)
    table.write([Delete(order_keys.package(SELLER, PACKAGE)), bump(order_keys.order(SELLER, ORDER))])
    with pytest.raises(OutOfDate):
        write_change(table, change)
    assert read_state(table, SELLER, 300) is None


def expiry(table: Table, key: Key) -> int | None:
    item = table.get(key)
    assert item is not None
    return int(item[keys.EXPIRES]) if keys.EXPIRES in item else None


def test_what_a_change_writes_is_kept_from_then_on_and_what_is_due_without_an_end(
    table: Table, imported: PackageState
) -> None:
    kept = replace(table, kept=timedelta(days=200))
    assert expiry(table, order_keys.package(SELLER, PACKAGE)) is not None
    record(kept, [cancellation_of("key", PACKAGE, {1: 1})])
    assert expiry(table, order_keys.package(SELLER, PACKAGE)) is None
    write_change(kept, split(kept, stored(table)))
    del imported
    assert {place: expiry(table, key) for place, key in _written().items()} == {
        "closed": None,
        "born": ENDS,
        "pointer": ENDS,
        "event": ENDS,
        "order": ENDS + 30 * 86_400,
    }


ENDS = int((AT + timedelta(days=200)).timestamp())


def test_a_package_that_ends_without_a_successor_keeps_its_pointer_for_as_long(
    table: Table, imported: PackageState
) -> None:
    kept = replace(table, kept=timedelta(days=200))
    done = cancel_units(imported.package, [reservation("a", {1: 3})], at=AT, name=Name(NEW, None))
    write_change(kept, splitting(imported, done, read_order(table, SELLER, ORDER), AUDIENCE))
    assert expiry(table, order_keys.order_package(SELLER, ORDER, PACKAGE)) == ENDS


@pytest.mark.parametrize("is_due", [False, True])
def test_the_time_of_a_package_begins_anew_with_each_event_but_while_it_is_due(
    table: Table, imported: PackageState, *, is_due: bool
) -> None:
    kept = replace(table, kept=timedelta(days=200))
    if is_due:
        record(table, [cancellation_of("key", PACKAGE, {1: 1})])
    state = stored(table) if is_due else imported
    picked = replace(state.package, status=Status.PICKING)
    write_change(kept, entering(state, picked, read_order(table, SELLER, ORDER), AUDIENCE))
    assert expiry(table, order_keys.package(SELLER, PACKAGE)) == (None if is_due else ENDS)
    assert expiry(table, order_keys.order_package(SELLER, ORDER, PACKAGE)) == ENDS
    assert stored(table).availability.left == ({1: 2} if is_due else {1: 3})


def test_an_event_has_no_end_until_everybody_is_told_of_it(table: Table, imported: PackageState) -> None:
    kept = replace(table, kept=timedelta(days=200))
    picked = replace(imported.package, status=Status.PICKING)
    change = entering(imported, picked, read_order(table, SELLER, ORDER), AUDIENCE)
    write_change(kept, change)
    key = order_keys.event(SELLER, ORDER, 1)
    assert expiry(table, key) is None
    assert clear_event(kept, change.events[0])
    assert expiry(table, key) == ENDS


def test_nothing_that_is_due_is_among_what_ends(table: Table, imported: PackageState) -> None:
    """Whatever is done to a package, and in whatever order: an item has a mark, or an end, and never both."""
    kept = replace(table, kept=timedelta(days=200))
    for step in (
        lambda: write_change(kept, entering(stored(table), _picked(table), read_order(table, SELLER, ORDER), AUDIENCE)),
        lambda: record(kept, [cancellation_of("key", PACKAGE, {1: 1})]),
        lambda: write_change(kept, correcting(stored(table), replace(_picked(table), invoice_number="7"), AT)),
        lambda: write_change(kept, split(kept, stored(table))),
        lambda: clear_package(kept, stored(table).package, AT),
        lambda: record(kept, [cancellation_of("another", NEW, {1: 1})]),
    ):
        step()
        items = [to_item(each) for each in table.client.scan(TableName=table.name)["Items"]]
        assert [item["sk"] for item in items if keys.DUE in item and keys.EXPIRES in item] == []
    del imported


def _picked(table: Table) -> Package:
    return replace(stored(table).package, status=Status.PICKING)


def test_a_cancellations_key_outlives_its_package_and_what_came_of_it(table: Table, imported: PackageState) -> None:
    """Each may be changed once more on its last day."""
    kept = replace(table, kept=timedelta(days=200))
    record(kept, [cancellation_of("key", PACKAGE, {1: 1})])
    write_change(kept, split(kept, stored(table)))
    clear_package(kept, stored(table).package, AT)
    ends = [expiry(table, key) for key in _written().values()]
    key_ends = expiry(table, order_keys.cancellation(str(cancellation_of("key", PACKAGE, {1: 1}).key)))
    assert key_ends is not None
    changed_at_the_end = AT + timedelta(days=200)
    assert max(end for end in ends if end is not None) < key_ends
    assert package_expiry(changed_at_the_end, kept.kept) < key_ends
    del imported


def test_a_word_that_is_no_event_does_not_lengthen_a_packages_time(table: Table, imported: PackageState) -> None:
    before = expiry(table, order_keys.package(SELLER, PACKAGE))
    kept = replace(table, kept=timedelta(days=200))
    write_change(kept, correcting(imported, replace(imported.package, invoice_number="7"), AT))
    assert expiry(table, order_keys.package(SELLER, PACKAGE)) == before


def _written() -> dict[str, Key]:
    return {
        "closed": order_keys.package(SELLER, PACKAGE),
        "born": order_keys.package(SELLER, NEW),
        "pointer": order_keys.order_package(SELLER, ORDER, NEW),
        "event": order_keys.event(SELLER, ORDER, 1),
        "order": order_keys.order(SELLER, ORDER),
    }


def test_a_change_that_leaves_the_order_as_it_is_does_not_write_it(table: Table, imported: PackageState) -> None:
    order = table.get(order_keys.order(SELLER, ORDER))
    write_change(table, correcting(imported, replace(imported.package, invoice_number="7"), AT))
    assert table.get(order_keys.order(SELLER, ORDER)) == order
    assert stored(table).package.invoice_number == "7"


def test_only_an_event_that_no_package_speaks_for_says_that_it_is_due(table: Table, imported: PackageState) -> None:
    picked: Package = replace(imported.package, status=Status.PICKING)
    write_change(table, entering(imported, picked, read_order(table, SELLER, ORDER), AUDIENCE))
    write_change(table, split(table, stored(table)))
    items: list[Any] = [table.get(order_keys.event(SELLER, ORDER, first)) for first in (1, 2)]
    assert [keys.DUE in item for item in items] == [True, False]


def test_an_event_of_a_carriers_number_is_kept_as_what_it_is(table: Table, imported: PackageState) -> None:
    order = read_order(table, SELLER, ORDER)
    write_change(table, feeding(imported, replace(imported.package, tracking_number=71), order, AUDIENCE))
    (kept,) = read_events(table, SELLER, ORDER, order.sequence + 1, order.sequence + 1)
    assert kept is not None
    assert (kept.topic, [each.tracking_number for each in kept.packages]) == (Topic.TRACKING, [71])
    (summary,) = read_summaries(table, SELLER, ORDER)
    assert isinstance(summary, EventSummary)
    assert [each.topic for each in summary.notes] == [Topic.TRACKING]
