"""One seller's part of an order: what is live in it, which packages came of which, and when its next event is."""

from dataclasses import replace
from datetime import timedelta

from cleave.domain.change import after_split
from cleave.domain.order import LivePackage, Order, chains_with, live_package
from cleave.domain.package import Package
from cleave.domain.partition import partition, plan_groups
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.refusals import Refusal
from cleave.domain.split import Name, Split, cancel_units
from cleave.domain.status import Status
from cleave.store.orders import order_size
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.builders import START, availability, line, package, reservation, split_request
from tests.unit.strategies import packages, parts_of

AT = START + timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


def holding(*packages: Package) -> Order:
    return Order("ORDER", 20811, live=Order("ORDER", 20811).with_packages(packages))


def live_ids(order: Order) -> list[int]:
    return [each.package_id for each in order.live]


def test_the_next_event_is_now_or_a_millisecond_after_the_last_whatever_the_clock_says() -> None:
    assert Order("ORDER", 20811).next_at(START) == START
    order = Order("ORDER", 20811, last_at=START)
    assert order.next_at(START + timedelta(seconds=9)) == START + timedelta(seconds=9)
    for behind in (START, START - timedelta(seconds=9)):
        assert order.next_at(behind) == START + MILLISECOND


def test_closed_packages_leave_and_new_ones_come_the_oldest_first() -> None:
    first, second = package(line(1, 2), package_id=300), package(line(2, 1), package_id=200)
    older = replace(package(line(3, 1), package_id=400), created_at=START - timedelta(days=1))
    order = holding(first, second)
    assert live_ids(order) == [200, 300]
    closed = replace(first, status=Status.CANCELLED)
    assert live_ids(replace(order, live=order.with_packages([closed, older]))) == [400, 200]


def test_an_order_knows_the_units_that_can_be_taken_and_names_those_that_cannot() -> None:
    mixed = package(line(1, 3), line(2, 2, status=Status.SHIPPED), line(3, 1, status=Status.CANCELLED))
    lines = live_package(mixed).lines
    assert [(each.line_id, each.quantity) for each in lines] == [(1, 3), (2, 0)]
    order = holding(mixed)
    assert [order.holds(f"ORDER_SKU-{number}") for number in (1, 2, 3)] == [True, True, False]


def cancelled(of: Package, units: dict[int, int], package_id: int) -> Split:
    return cancel_units(of, [reservation("a", units)], at=AT, name=Name(package_id, None))


def divided(of: Package, *ids: int) -> Split:
    """One unit of line 1 for each id, the rest for the last."""
    rest = of.givable[1] - len(ids) + 1
    groups = (*[{1: 1}] * (len(ids) - 1), {1: rest})
    plan = PlannedSplit("f", groups, ids, len(ids), keep_status=False)
    return partition(of, plan, at=AT, names=[Name(each, None) for each in ids])


def only(split: Split) -> Package:
    (successor,) = split.successors
    return successor


def test_a_chain_of_cancels_leads_to_its_last_package_without_growing_the_order() -> None:
    current = package(line(1, 9), package_id=100)
    order = holding(current)
    for package_id in range(101, 106):
        split = cancelled(current, {1: 1}, package_id)
        order, current = after_split(order, split), only(split)
        assert (order.live_in(100), order.chains) == ([package_id], {})


def test_an_explicit_split_begins_chains_that_the_old_one_leads_to() -> None:
    first = package(line(1, 9), package_id=100)
    split = divided(first, 200, 201, 202)
    order = after_split(holding(first), split)
    assert (order.chains, order.live_in(100)) == ({100: (200, 201, 202)}, [200, 201, 202])
    assert [order.live_in(each) for each in (200, 201, 202)] == [[200], [201], [202]]


def test_all_that_lives_of_a_package_is_found_over_cancels_and_splits_alike() -> None:
    first = package(line(1, 9), package_id=100)
    by_cancel = cancelled(first, {1: 1}, 110)
    order = after_split(holding(first), by_cancel)
    split = divided(only(by_cancel), 200, 201)
    order = after_split(order, split)
    again = divided(split.successors[1], 300, 301)
    order = after_split(order, again)
    order = after_split(order, cancelled(again.successors[0], {1: 1}, 310))
    assert {chain: order.live_in(chain) for chain in (100, 200, 201, 300, 301)} == {
        100: [200, 301],
        200: [200],
        201: [301],
        300: [],
        301: [301],
    }


def test_chains_of_which_nothing_lives_are_forgotten() -> None:
    first = package(line(1, 3), package_id=100)
    split = divided(first, 200, 201)
    order = after_split(holding(first), split)
    inner = divided(split.successors[1], 300, 301)
    order = after_split(order, inner)
    assert order.chains == {100: (200, 201), 201: (300, 301)}
    for each in inner.successors:
        order = after_split(order, cancelled(each, dict(each.givable), 0))
    assert (order.chains, order.live_in(100)) == ({100: (200,)}, [200])
    order = after_split(order, cancelled(split.successors[0], {1: 1}, 0))
    assert (order.chains, order.live_in(100), order.live) == ({}, [], ())


def test_chains_that_lead_to_each_other_do_not_keep_each_other() -> None:
    alive = LivePackage(9, START, 9, ())
    assert chains_with({1: (2, 9), 2: (3,), 3: (4,)}, 0, (), [alive]) == {1: (9,)}


def test_what_was_promised_to_a_split_is_taken_back_by_it_and_by_no_other() -> None:
    first, second = package(line(1, 3), package_id=100), package(line(1, 3), package_id=101)
    order = replace(holding(first, second), promised={100: 70, 101: 80})
    assert after_split(order, divided(first, 200, 201)).promised == {101: 80}


@given(st.data())
def test_a_split_adds_to_its_order_exactly_what_is_promised_when_it_is_accepted(data: st.DataObject) -> None:
    parent = data.draw(packages())
    other = package(line(7, 1), package_id=99)
    order = holding(parent, other)
    request = split_request(*data.draw(parts_of(parent, 4)))
    assume(request.groups)
    try:
        groups = plan_groups(parent, availability(parent), request)
    except Refusal:
        return
    ids = tuple(range(200, 200 + len(groups)))
    planned = PlannedSplit("f", groups, ids, len(request.groups), keep_status=data.draw(st.booleans()))
    split = partition(parent, planned, at=AT, names=[Name(each, 8_000_000_000_000_000) for each in ids])
    promised = order_size(after_split(order, split)) - order_size(order)
    meanwhile = after_split(order, cancelled(other, {7: 1}, 0))
    grown = order_size(after_split(meanwhile, split)) - order_size(meanwhile)
    assert grown == promised
