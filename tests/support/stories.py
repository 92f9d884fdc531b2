"""The promises of the service, checked against everything that the table holds of an order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cleave.domain.audit import AuditedPart, audit
from cleave.domain.events import EventNote
from cleave.domain.order import Order
from cleave.domain.package import CreatedBy, Package
from cleave.domain.package_state import PackageState
from cleave.store import keys, order_keys
from cleave.store.cancellations import to_cancellation
from cleave.store.events import EventSummary, read_summaries
from cleave.store.orders import order_package_ids, to_order
from cleave.store.packages import read_states
from cleave.table.attributes import Item, to_attributes, to_item
from cleave.table.table import Table


class PromiseBrokenError(AssertionError):
    """Says which promise, and by what."""


@dataclass
class Story:
    """All that is stored of one seller's order. ``imported_history`` is how many entries its packages came with.

    ``due`` are packages that somebody has to look at, ``untold`` the first numbers of events that say so themselves.
    """

    packages: dict[int, PackageState]
    order: Order
    due: set[int]
    untold: list[int]
    summaries: list[EventSummary]
    cancellations: dict[str, Item] = field(default_factory=dict)
    imported_history: int = 0

    @property
    def live(self) -> set[int]:
        """The packages that the order takes for live."""
        return {each.package_id for each in self.order.live}

    @property
    def planned(self) -> set[int]:
        """Packages that are to be split as their seller asked."""
        return {key for key, state in self.packages.items() if state.planned and not state.package.is_closed}

    @property
    def events(self) -> list[EventNote]:
        """All that happened, in order."""
        return [note for summary in self.summaries for note in summary.notes]


@dataclass
class Units:
    """The model: what was ordered, and what was promised to be taken back, by line."""

    ordered: Counter[int] = field(default_factory=Counter)
    taken: Counter[int] = field(default_factory=Counter)
    accepted: dict[str, Counter[int] | None] = field(default_factory=dict)

    def accept(self, key: str, units: Counter[int]) -> None:
        """A cancellation was answered with 200; again under the same key it changes nothing."""
        if self.accepted.setdefault(key, units) is units:
            self.taken += units

    def left(self, line_id: int) -> int:
        """Units that nobody was promised."""
        return self.ordered[line_id] - self.taken[line_id]


def read_story(table: Table, seller_id: int, order_number: str) -> Story:
    """One query for the order, one read of its packages, one of the cancellations that they name."""
    items = _partition(table, order_keys.order_partition(order_number))
    (order,) = (item for item in items if item["sk"] == order_keys.order(seller_id, order_number)["sk"])
    states = read_states(table, seller_id, order_package_ids(table, seller_id, order_number))
    own = f"{keys.EVENT_PREFIX}{seller_id}#"
    story = Story(
        packages=states,
        order=to_order(order),
        due={package_id for package_id, state in states.items() if state.is_due},
        untold=[int(item["sk"].rpartition("#")[2]) for item in items if item["sk"].startswith(own) and "due" in item],
        summaries=[each for each in read_summaries(table, seller_id, order_number) if isinstance(each, EventSummary)],
    )
    named = sorted({key for state in story.packages.values() for key in _named(state)})
    for item in table.batch_get([order_keys.cancellation(key) for key in named]):
        story.cancellations[item["pk"].partition("#")[2]] = item
    return story


def recorded_units(story: Story, ordered: Mapping[int, int]) -> Units:
    """The model of an order, made of what its cancellations say; whoever uses it checks them by the answers."""
    units = Units(Counter(ordered))
    for key, item in story.cancellations.items():
        taken: Counter[int] = Counter()
        for lines in item["units"].values():
            taken.update({int(line_id): int(quantity) for line_id, quantity in lines.items()})
        units.accept(key, taken)
    return units


def names(story: Story) -> dict[int, str]:
    """What each package is: the place at which it came in, or was split off its parent.

    Ids that we give depend on the seller, and on how often the parent was written.
    """
    came_in = sorted(package.package_id for package in _packages(story) if package.parent_id is None)

    def name(package: Package) -> str:
        if package.parent_id is None:
            return str(came_in.index(package.package_id))
        parent = story.packages[package.parent_id].package
        return f"{name(parent)}.{parent.successor_ids.index(package.package_id)}"

    return {package.package_id: name(package) for package in _packages(story)}


def ending(story: Story) -> dict[str, Any]:
    """What became of an order, without what depends on when and how often things were done."""
    known = names(story)
    return {
        "packages": {
            known[each.package_id]: (each.status, [(line.line_id, line.status, line.quantity) for line in each.lines])
            for each in _packages(story)
        },
        "events": [(known[event.package_id], event.status) for event in story.events],
    }


def _partition(table: Table, partition: str) -> list[Item]:
    items: list[Item] = []
    start: dict[str, Any] = {}
    while True:
        answer = table.client.query(
            TableName=table.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_attributes({":pk": partition}),
            ConsistentRead=True,
            **start,
        )
        items += [to_item(attributes) for attributes in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return items
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _named(stored: PackageState) -> set[str]:
    waiting = {reservation.cancellation_id for reservation in stored.reservations}
    gone = {line.cancelled.cancellation_id for line in stored.package.lines if line.cancelled}
    return waiting | gone | set(stored.package.caused_by)


def check_promises(story: Story, units: Units) -> None:
    """Raises PromiseBrokenError. Promises 1, 2, 3, 4 and, of 5, that nothing can be forgotten."""
    _never_more_than_there_is(story, units)
    _once(story, units)
    _splits_explain_themselves(story)
    _refusals_name_the_live(story)
    _events_tell_all(story)
    _nothing_can_be_forgotten(story)
    _verify_agrees(story)


def _verify_agrees(story: Story) -> None:
    """`cleave verify`, which knows nothing of what the test did, takes the order for one in order."""
    recorded = {key: to_cancellation(item) for key, item in story.cancellations.items()}
    found = audit(AuditedPart(story.order, story.packages, recorded, story.events, set(story.packages)))
    _require(4, f"verify finds {found}", holds=not found)


def _require(promise: int, what: str, *, holds: bool) -> None:
    if not holds:
        raise PromiseBrokenError(f"promise {promise}: {what}")


def _packages(story: Story) -> Iterable[Package]:
    return (stored.package for stored in story.packages.values())


def _never_more_than_there_is(story: Story, units: Units) -> None:
    """A unit is cancelled where its line is, whatever package shows it; live on a package that is not closed."""
    cancelled: Counter[int] = Counter()
    live: Counter[int] = Counter()
    seen: Counter[tuple[int, str]] = Counter()
    for package in _packages(story):
        for line in package.lines:
            if line.is_cancelled:
                cancelled[line.line_id] += line.quantity
            elif not package.is_closed:
                live[line.line_id] += line.quantity
            if line.is_cancelled or not package.is_closed:
                seen.update((line.line_id, unit.unit_id) for unit in line.units)
    _require(1, f"ordered {units.ordered}, cancelled {cancelled}, live {live}", holds=units.ordered == cancelled + live)
    _require(1, "cancelled more than was accepted", holds=cancelled <= units.taken)
    _require(1, f"a unit in two places: {seen}", holds=all(count == 1 for count in seen.values()))
    for state in story.packages.values():
        left = state.availability.left
        _require(1, f"{state.package.package_id} has {left} left", holds=_left_is_right(state))
    open_ids = {package.package_id for package in _packages(story) if not package.is_closed}
    _require(1, f"the order knows {story.live} as live, they are {open_ids}", holds=story.live == open_ids)


def _left_is_right(state: PackageState) -> bool:
    """What a live package can still give is what it has and nobody was promised."""
    left = Counter(state.package.givable)
    for waiting in state.reservations:
        left.subtract(waiting.units)
    return state.package.is_closed or left == Counter(state.availability.left)


def _once(story: Story, units: Units) -> None:
    done: dict[str, Counter[int]] = {}
    for stored in story.packages.values():
        for line in stored.package.lines:
            if line.cancelled:
                done.setdefault(line.cancelled.cancellation_id, Counter())[line.line_id] += line.quantity
        for waiting in stored.reservations:
            done.setdefault(waiting.cancellation_id, Counter()).update(waiting.units)
    accepted = {key: Counter(of) for key, of in units.accepted.items() if of}
    _require(2, f"accepted {accepted}, waiting or applied {done}", holds=accepted == done)
    _require(3, "an accepted cancellation is not recorded", holds=set(accepted) <= set(story.cancellations))


def _splits_explain_themselves(story: Story) -> None:
    for package in _packages(story):
        for successor_id in package.successor_ids:
            successor = story.packages[successor_id].package
            _require(4, f"{successor_id} does not name its parent", holds=successor.parent_id == package.package_id)
            first = package.origin_ids or (package.package_id,)
            _require(4, f"{successor_id} does not name its origin", holds=successor.origin_ids == first)
        if package.parent_id is not None:
            parent = story.packages[package.parent_id].package
            _require(4, f"{parent.package_id} forgot a child", holds=package.package_id in parent.successor_ids)
            is_cancel = package.created_by == CreatedBy.CANCEL
            _require(4, f"{package.package_id} has no cause", holds=bool(package.caused_by) == is_cancel)
            for key in package.caused_by:
                taken = {int(each) for each in story.cancellations[key]["units"]}
                _require(4, f"{key} took nothing from {package.parent_id}", holds=package.parent_id in taken)


def _refusals_name_the_live(story: Story) -> None:
    """A refusal on a replaced package names the live ones in which its units are: with one look more, or none."""
    for package_id, state in story.packages.items():
        if not state.package.is_closed:
            continue
        available = state.availability
        descendants = sorted(set(_live_descendants(story, package_id)))
        named = story.order.live_in(available.chain_id)
        _require(3, f"{package_id} leads to {named}, not to {descendants}", holds=named == descendants)
        at_once = available.followed or sorted(available.successor_ids) == descendants
        _require(3, f"{package_id} names {available.successor_ids}, not {descendants}", holds=at_once)


def _live_descendants(story: Story, package_id: int) -> Iterable[int]:
    package = story.packages[package_id].package
    if not package.is_closed:
        yield package_id
    for successor_id in package.successor_ids:
        yield from _live_descendants(story, successor_id)


def _events_tell_all(story: Story) -> None:
    """Each transition is told once, in an unbroken order, the end of a package before the birth of its successor."""
    sequences = [event.sequence for event in story.events]
    last = story.order.sequence
    _require(4, f"events {sequences} of {last}", holds=sequences == list(range(1, last + 1)))
    times = [summary.at for summary in story.summaries]
    _require(8, f"events at {times}", holds=times == sorted(set(times)))
    told: dict[int, list[str]] = {}
    places = {(event.package_id, event.status): event.sequence for event in story.events}
    for event in story.events:
        told.setdefault(event.package_id, []).append(event.status)
    for package in _packages(story):
        entered = _entered(story, package)
        said = _without_repeats(story, package, told.get(package.package_id, []))
        _require(2, f"{package.package_id} entered {entered}, told {said}", holds=said == entered)
        for successor_id in package.successor_ids:
            born = min(place for (each, _), place in places.items() if each == successor_id)
            ended = places[package.package_id, str(package.status)]
            _require(4, f"{successor_id} was born before its parent ended", holds=ended < born)
    _lanes_have_no_gap(story)


def _without_repeats(story: Story, package: Package, told: list[str]) -> list[str]:
    """Where units of a line go ahead, their package is told once more in the status in which it is."""
    before = package.history[story.imported_history - 1].status if story.imported_history else "Created"
    is_told_of_its_birth = package.parent_id is not None or _entered(story, package)[:1] == ["Created"]
    first = "" if is_told_of_its_birth else before
    return [status for was, status in zip([first, *told], told, strict=False) if was != status]


def _lanes_have_no_gap(story: Story) -> None:
    """The numbers of each subscription count on from event to event, and each event names the one before it."""
    ends: dict[str, tuple[int, datetime | None]] = {}
    for summary in story.summaries:
        for name, telling in summary.told.items():
            number, before = ends.get(name, (0, None))
            follows = (telling.first, telling.previous_at) == (number + 1, before)
            _require(8, f"{name} is told {telling.first} after {number}", holds=follows or telling.first == 1)
            ends[name] = (telling.first + telling.count - 1, summary.at)


def _entered(story: Story, package: Package) -> list[str]:
    """The statuses that the package itself entered: its history without its parent's, or what it was imported with."""
    before = (
        story.imported_history
        if package.parent_id is None
        else len(story.packages[package.parent_id].package.history) - 1
    )
    return [str(entry.status) for entry in package.history[before:]]


def _nothing_can_be_forgotten(story: Story) -> None:
    waiting = {package_id for package_id, state in story.packages.items() if state.is_to_be_split}
    _require(5, f"waiting {waiting}, listed {story.due}", holds=waiting <= story.due)


def check_settled(story: Story, units: Units) -> None:
    """Promise 5 of a world that had time: everything accepted is applied, every event fanned out."""
    check_promises(story, units)
    _require(5, f"still due: {story.due}", holds=not story.due)
    _require(5, f"events not fanned out: {story.untold}", holds=not story.untold)
