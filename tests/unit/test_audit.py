"""What cannot be true of an order is told, whatever it is, and of an order in order nothing is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from cleave.domain.audit import AuditedPart, audit, cancellations_of
from cleave.domain.cancellation import RecordedCancellation, Reservation
from cleave.domain.change import Audience, OrderChange, entering, importing, splitting
from cleave.domain.events import EventNote
from cleave.domain.order import Order
from cleave.domain.package import CreatedBy, Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.split import Name, cancel_units
from cleave.domain.status import Status

from tests.unit.builders import START, availability, line, package, reservation

ORDER = Order("ORDER", 20811)
AUDIENCE = Audience([], START, lambda packages: [packages])
PARENT, CHILD, OTHER = 100, 200, 101
PRINT = Export("print", None)
KEY, WAITING = "trendyol#20811#applied", "trendyol#20811#waits"


def state(of: Package, *waiting: Reservation, **changed: object) -> PackageState:
    """A package as it is kept, of which these wait to be taken."""
    seen = availability(of, waiting=len(waiting))
    left = dict(seen.left)
    for each in waiting:
        for line_id, quantity in each.units.items():
            left[line_id] -= quantity
    about = replace(seen, left=left, successor_ids=of.successor_ids)
    return replace(PackageState(of, waiting, None, 1, about, is_due=bool(waiting)), **changed)  # type: ignore[arg-type]


def recorded(key: str, units: Mapping[int, Mapping[int, int]]) -> RecordedCancellation:
    return RecordedCancellation(
        cancellation_id=key,
        seller_id=20811,
        reason=Reason.OUT_OF_STOCK,
        cancelled_by=CancelledBy.SELLER,
        keep_status=False,
        accepted_at=START,
        units=units,
        correlation_id="",
    )


def good() -> AuditedPart:
    """Two packages came in; of one, a unit was cancelled, and of what is left another one waits to be."""
    first, second = package(line(1, 3), line(2, 1)), package(line(3, 2), package_id=OTHER)
    order = importing(second, PRINT, importing(first, PRINT, ORDER, START).after, START).after
    done = cancel_units(first, [reservation(KEY, {1: 1})], at=START, name=Name(CHILD, None))
    change = splitting(state(first), done, order, AUDIENCE)
    picked = entering(state(second), replace(second, status=Status.PICKING), change.after, AUDIENCE)
    (child,) = done.successors
    states = [
        state(done.closed, end_events=(1, 1)),
        state(child, reservation(WAITING, {1: 1})),
        state(replace(second, status=Status.PICKING)),
    ]
    return AuditedPart(
        order=picked.after,
        packages={each.package.package_id: each for each in states},
        cancellations={
            KEY: recorded(KEY, {PARENT: {1: 1}}),
            WAITING: recorded(WAITING, {CHILD: {1: 1}}),
        },
        events=notes(change) + notes(picked),
        expected={each.package.package_id for each in states},
    )


def notes(change: OrderChange) -> list[EventNote]:
    return [
        EventNote(event.first + place, event.at, each.package_id, each.storefront, str(each.status), "")
        for event in change.events
        for place, each in enumerate(event.packages)
    ]


def test_of_an_order_in_order_nothing_is_told() -> None:
    part = good()
    assert audit(part) == []
    assert {key for each in part.packages.values() for key in cancellations_of(each)} == {KEY, WAITING}
    assert [each.sequence for each in part.events] == [1, 2, 3]


def having(package_id: int, change: Callable[[PackageState], PackageState]) -> AuditedPart:
    """The good order, one package of which is otherwise."""
    part = good()
    return replace(part, packages={**part.packages, package_id: change(part.packages[package_id])})


def of_package(package_id: int, change: Callable[[Package], Package]) -> AuditedPart:
    return having(package_id, lambda kept: replace(kept, package=change(kept.package)))


def one_unit_more(of: Package) -> Package:
    first, *others = of.lines
    return replace(of, lines=(replace(first, units=(*first.units, first.units[0])), *others))


def without_its_line(part: AuditedPart) -> AuditedPart:
    order = replace(part.order, live=tuple(each for each in part.order.live if each.package_id != OTHER))
    return replace(part, order=order)


WRONG: dict[str, tuple[Callable[[], AuditedPart], str]] = {
    "a unit too many": (lambda: of_package(CHILD, one_unit_more), "line 1: 3 units ordered, 4 cancelled and live"),
    "a lost successor": (
        lambda: replace(good(), packages={PARENT: good().packages[PARENT], OTHER: good().packages[OTHER]}),
        "package 200, a successor of 100, is missing",
    ),
    "a unit in two packages": (
        lambda: of_package(OTHER, lambda of: replace(of, lines=(*of.lines, good().packages[CHILD].package.lines[1]))),
        "line 2: unit 1 is in 2 packages",
    ),
    "units that nobody may take": (
        lambda: having(CHILD, lambda kept: replace(kept, availability=replace(kept.availability, left={1: 2, 2: 1}))),
        "package 200: {1: 2, 2: 1} are left to give, of {1: 1, 2: 1}",
    ),
    "a live package that is lost": (
        lambda: replace(good(), packages={name: each for name, each in good().packages.items() if name != OTHER}),
        "package 101 is live by the order alone",
    ),
    "a live package that the order forgot": (lambda: without_its_line(good()), "package 101 is live by its own item"),
    "a parent that is not named": (
        lambda: of_package(CHILD, lambda of: replace(of, parent_id=OTHER)),
        "package 200 does not name its parent 100",
    ),
    "a child that is not named": (
        lambda: of_package(PARENT, lambda of: replace(of, successor_ids=())),
        "package 100 does not name its successor 200",
    ),
    "a chain that leads nowhere": (
        lambda: having(PARENT, lambda kept: replace(kept, availability=replace(kept.availability, chain_id=9))),
        "package 100 leads to [], and its units are in [200]",
    ),
    "a cancellation that nobody recorded": (
        lambda: replace(good(), cancellations={KEY: good().cancellations[KEY]}),
        f"cancellation {WAITING} is not recorded",
    ),
    "a cancellation that took more": (
        lambda: replace(good(), cancellations={**good().cancellations, KEY: recorded(KEY, {PARENT: {1: 2}})}),
        f"cancellation {KEY} was accepted of {{100: {{1: 2}}}}, and is in {{100: {{1: 1}}}}",
    ),
    "a gap in the events": (
        lambda: replace(good(), events=[good().events[0], good().events[2]]),
        "events [2] are missing or too many, of 3",
    ),
    "an end that is missing": (lambda: replace(good(), events=good().events[:2]), "events [3] are missing"),
    "something that is forgotten": (
        lambda: having(CHILD, lambda kept: replace(kept, is_due=False)),
        "package 200 waits to be split, and is not due",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_true_is_told(what: str) -> None:
    make, finding = WRONG[what]
    assert [each for each in audit(make()) if each.startswith(finding)]


def test_what_has_ended_is_no_loss() -> None:
    """The first of the packages and events are gone: what is left stands for itself."""
    part = good()
    left = {name: each for name, each in part.packages.items() if name != PARENT}
    assert audit(replace(part, packages=left, expected=set(left), events=part.events[1:])) == []
    assert audit(replace(part, packages=left, expected=set(left), events=[])) == []
    assert audit(replace(part, packages={}, expected=(), events=[])) == []


def test_a_package_that_came_in_replaced_counts_no_units_of_those_that_came_with_it() -> None:
    old = package(line(1, 2), status=Status.UNPACKED, package_id=1)
    new = replace(package(line(1, 2), package_id=2), created_by=CreatedBy.SPLIT, origin_ids=(1,))
    order = importing(new, PRINT, importing(old, PRINT, ORDER, START).after, START + timedelta(seconds=1)).after
    assert audit(AuditedPart(order, {1: state(old), 2: state(new)}, {}, [])) == []
