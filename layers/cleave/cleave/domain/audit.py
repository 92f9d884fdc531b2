"""Checks the promises against an order's stored packages, cancellations and events."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cleave.domain.balance import balances
from cleave.domain.cancellation import RecordedCancellation
from cleave.domain.events import EventNote
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState

# Of missing events: a damaged number may leave a gap without an end.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class AuditedPart:
    """Everything stored of one seller's part of an order.

    Expired packages and events are missing: the first remaining ones stand for those before them. ``expected`` are the
    ids of packages that must exist, since they have not expired.
    """

    order: Order
    packages: Mapping[int, PackageState]
    cancellations: Mapping[str, RecordedCancellation]
    events: Sequence[EventNote]
    expected: Collection[int] = ()


def audit(part: AuditedPart) -> list[str]:
    """The violations, each in a sentence; empty if there is none."""
    return [finding for rule in _RULES for finding in rule(part)]


def cancellations_of(state: PackageState) -> set[str]:
    """The cancellations that a package names: reserved ones, those that took units, and those that led to it."""
    waiting = {each.cancellation_id for each in state.reservations}
    gone = {line.cancelled.cancellation_id for line in state.package.lines if line.cancelled}
    return waiting | gone | set(state.package.caused_by)


def _units(part: AuditedPart) -> Iterator[str]:
    """Ordered = cancelled + live, for each line."""
    for line_id, units in balances(part.packages).items():
        if units.lost:
            there = units.cancelled + units.live
            yield f"line {line_id}: {units.ordered} units ordered, {there} cancelled and live"


def _places(part: AuditedPart) -> Iterator[str]:
    """No unit is in two packages; a marketplace may have given units no names."""
    places: Counter[tuple[int, str]] = Counter()
    for package in _packages(part):
        lines = [line for line in package.lines if line.is_cancelled or not package.is_closed]
        places.update({(line.line_id, unit.unit_id) for line in lines for unit in line.units if unit.unit_id})
    for (line_id, unit_id), count in sorted(places.items()):
        if count > 1:
            yield f"line {line_id}: unit {unit_id} is in {count} packages"


def _left(part: AuditedPart) -> Iterator[str]:
    """A live package's free units are its units without the reserved ones."""
    for package_id, state in part.packages.items():
        left = Counter(state.package.givable)
        for waiting in state.reservations:
            left.subtract(waiting.units)
        if not state.package.is_closed and left != Counter(state.availability.left):
            yield f"package {package_id}: {dict(state.availability.left)} are left to give, of {dict(left)}"


def _live(part: AuditedPart) -> Iterator[str]:
    """The order knows its live packages, and they know it."""
    known = {each.package_id for each in part.order.live if each.package_id in {*part.packages, *part.expected}}
    live = {package.package_id for package in _packages(part) if not package.is_closed}
    for package_id in sorted(known ^ live):
        where = "the order alone" if package_id in known else "its own item alone"
        yield f"package {package_id} is live by {where}"


def _chains(part: AuditedPart) -> Iterator[str]:
    """Parents name their successors, and successors their parents and what caused them."""
    for package in _packages(part):
        for successor_id in package.successor_ids:
            successor = part.packages.get(successor_id)
            if successor is None and successor_id in part.expected:
                yield f"package {successor_id}, a successor of {package.package_id}, is missing"
            elif successor is not None and successor.package.parent_id != package.package_id:
                yield f"package {successor_id} does not name its parent {package.package_id}"
        parent = part.packages.get(package.parent_id or 0)
        if parent is not None and package.package_id not in parent.package.successor_ids:
            yield f"package {parent.package.package_id} does not name its successor {package.package_id}"


def _heirs(part: AuditedPart) -> Iterator[str]:
    """A replaced package leads to the live packages that its units are in."""
    for package_id, state in part.packages.items():
        heirs = sorted({*_live_after(part, package_id)})
        named = part.order.live_in(state.availability.chain_id)
        if state.package.is_closed and named != heirs:
            yield f"package {package_id} leads to {named}, and its units are in {heirs}"


def _live_after(part: AuditedPart, package_id: int) -> Iterator[int]:
    waiting = [package_id]
    while waiting:
        state = part.packages.get(waiting.pop())
        if state is not None and not state.package.is_closed:
            yield state.package.package_id
        elif state is not None:
            waiting += state.package.successor_ids


def _once(part: AuditedPart) -> Iterator[str]:
    """Every accepted cancellation waits or is applied, with the same units, and no other units are cancelled."""
    for cancellation_id, done in _done(part).items():
        found = part.cancellations.get(cancellation_id)
        if found is None:
            yield f"cancellation {cancellation_id} is not recorded"
            continue
        taken = {place: Counter(units) for place, units in found.units.items() if place in part.packages}
        if taken != done:
            yield f"cancellation {cancellation_id} was accepted of {_plain(taken)}, and is in {_plain(done)}"


def _done(part: AuditedPart) -> dict[str, dict[int, Counter[int]]]:
    """By cancellation and package: the units that are reserved or were taken."""
    done: dict[str, dict[int, Counter[int]]] = {}
    for package_id, state in part.packages.items():
        for waiting in state.reservations:
            done.setdefault(waiting.cancellation_id, {}).setdefault(package_id, Counter()).update(waiting.units)
        for line in state.package.lines:
            if line.cancelled:
                units = done.setdefault(line.cancelled.cancellation_id, {}).setdefault(package_id, Counter())
                units[line.line_id] += line.quantity
    return done


def _sequences(part: AuditedPart) -> Iterator[str]:
    """Events are numbered without a gap, from the oldest that is kept to the order's last."""
    numbers = [each.sequence for each in part.events]
    last = part.order.sequence
    expected = range(numbers[0] if numbers else last + 1, last + 1)
    if numbers != list(islice(expected, len(numbers) + 1)):
        known = {*numbers}
        missing = islice((each for each in expected if each not in known), _MOST_NAMED)
        wrong = sorted({*missing, *(each for each in numbers if each not in expected)})
        yield f"events {wrong} are missing or too many, of {last}"


def _due(part: AuditedPart) -> Iterator[str]:
    """All waiting work is listed as due, so that none is forgotten."""
    for package_id, state in part.packages.items():
        if state.is_to_be_split and not state.is_due:
            yield f"package {package_id} waits to be split, and is not due"


def _packages(part: AuditedPart) -> Iterator[Package]:
    return (state.package for state in part.packages.values())


def _plain(units: Mapping[int, Counter[int]]) -> dict[int, dict[int, int]]:
    return {place: dict(each) for place, each in units.items()}


_RULES: Sequence[Callable[[AuditedPart], Iterator[str]]] = (
    _units, _places, _left, _live, _chains, _heirs, _once, _sequences, _due,
)  # fmt: skip
