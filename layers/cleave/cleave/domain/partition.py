"""A seller's own split of a package into several: no unit is cancelled, each gets a new package."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.domain.availability import Availability, cancellable_refusal, splitting_refusal
from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import CreatedBy, Line, Package, Unit
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.refusals import LineFields, Refusal, RefusalCode
from cleave.domain.split import Birth, Name, Split, close, left_behind, make_successor, part_of
from cleave.domain.status import Status

# A split is one transaction of at most 100 items: two for each new package, one for the old one, its parent and the
# order, and one for each event item, of which there may be as many as packages.
MAX_GROUPS = 25


@dataclass(frozen=True, slots=True)
class Group:
    """Units that go into one new package: line id to quantity, None for all units of the line.

    ``fields`` maps a line id to the request's fields that asked for it.
    """

    units: Mapping[int, int | None]
    fields: Mapping[int, LineFields]


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """A seller's request to split. ``fingerprint`` is equal for requests that mean the same. ``at`` is aware UTC.

    ``leaves_units`` is the request's field that must not name all units; None: it may name all.
    """

    address: PackageAddress
    groups: tuple[Group, ...]
    keep_status: bool
    fingerprint: str
    at: datetime
    correlation_id: str = ""
    leaves_units: str | None = None


def plan_groups(package: Package, available: Availability, request: SplitRequest) -> tuple[Mapping[int, int], ...]:
    """The units of each new package, with every unit in exactly one of them. Raises Refusal.

    While cancellations wait, the remaining units are not known, and the cancellations are about to close the package.
    So a package is either cancelled from or split, never both.
    """
    refusal = cancellable_refusal(available) or splitting_refusal(available) or _waiting_refusal(available)
    if refusal is not None:
        raise refusal
    left = dict(available.left)
    groups = [_take(available, group, left) for group in request.groups]
    rest = {line_id: quantity for line_id, quantity in left.items() if quantity}
    if rest or _own_ways(package):
        groups.append(rest)
    elif request.leaves_units is not None:
        message = "names every line: the last package is made of those that are in no group"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=request.leaves_units)
    if len(groups) == 1:
        raise Refusal(RefusalCode.BODY_INVALID, "every unit would go into one package: that is no split")
    return tuple(groups)


def _own_ways(package: Package) -> list[Line]:
    return [line for line in package.lines if not package.can_give(line) and not line.is_cancelled]


def _waiting_refusal(state: Availability) -> Refusal | None:
    if not state.waiting:
        return None
    message = f"cancellations of package {state.package_id} are about to replace it; split the package that follows it"
    return Refusal(RefusalCode.PACKAGE_WAITING, message)


def _take(state: Availability, group: Group, left: dict[int, int]) -> dict[int, int]:
    taken: dict[int, int] = {}
    for line_id, asked in group.units.items():
        fields = group.fields.get(line_id, LineFields())
        if line_id not in left:
            message = f"package {state.package_id} has no line {line_id}"
            raise Refusal(RefusalCode.LINE_NOT_FOUND, message, field=fields.line)
        quantity = state.left[line_id] if asked is None else asked
        if not quantity:
            message = f"line {line_id} has no units left that can be split off"
            raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.line)
        if quantity > left[line_id]:
            message = f"line {line_id} has {left[line_id]} units left, {quantity} were asked for"
            raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=fields.quantity)
        left[line_id] -= quantity
        taken[line_id] = quantity
    return taken


def partition(package: Package, planned: PlannedSplit, *, at: datetime, names: Sequence[Name]) -> Split:
    """Divide a package as planned; the first group gets the first units of a line. ``at`` is aware UTC.

    ``planned`` must hold every unit that the package can give exactly once (ValueError). Acceptance checked this, and
    no later request may change the units. Units with a status of their own go with the last group.
    """
    left = {place: line.units for place, line in enumerate(package.lines) if package.can_give(line)}
    birth = Birth(at, CreatedBy.SPLIT, planned.keep_status)
    cut = [tuple(_cut(package, left, units)) for units in planned.groups]
    if any(left.values()):
        raise ValueError(f"package {package.package_id}: the plan leaves units over")
    cut[-1] = (*cut[-1], *_own_ways(package))
    successors = tuple(make_successor(package, lines, birth, name) for lines, name in zip(cut, names, strict=True))
    lines = tuple(part for line in package.lines for part in left_behind(line))
    return close(replace(package, lines=lines), Status.UNPACKED, successors, at)


def _cut(package: Package, left: dict[int, tuple[Unit, ...]], group: Mapping[int, int]) -> Iterator[Line]:
    """Lines with the units of one group, in the package's order of lines. Removes these units from ``left``, which is
    by the line's place."""
    wanted = dict(group)
    for place, units in left.items():
        line = package.lines[place]
        quantity = min(wanted.get(line.line_id, 0), len(units))
        if quantity:
            left[place] = units[quantity:]
            wanted[line.line_id] -= quantity
            yield part_of(line, units[:quantity])
    if any(wanted.values()):
        raise ValueError(f"package {package.package_id}: more is planned than it has: {wanted}")
