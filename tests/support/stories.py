"""The promises of the service, checked against everything that the table holds of an order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cleave.domain.package import CLOSED, CreatedBy, Package, Status
from cleave.store import keys
from cleave.store.attributes import Item, to_attributes, to_item
from cleave.store.orders import to_order
from cleave.store.packages import StoredPackage, stored_package
from cleave.store.splits import PLAN
from cleave.store.table import Table


class PromiseBrokenError(AssertionError):
    """Says which promise, and by what."""


@dataclass
class Story:
    """All that is stored of one seller's order. ``imported_history`` is how many entries its packages came with."""

    packages: dict[int, StoredPackage]
    pending: set[int]
    planned: set[int]
    live: set[int]
    sequence: int
    events: list[Item]
    cancellations: dict[str, Item] = field(default_factory=dict)
    imported_history: int = 0


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
    items = _partition(table, keys.order_partition(order_number))
    (order,) = (item for item in items if item["sk"] == keys.order(seller_id, order_number)["sk"])
    prefix = keys.order_package_prefix(seller_id)
    ids = [int(item["package_id"]) for item in items if item["sk"].startswith(prefix)]
    found = table.batch_get([keys.package(seller_id, package_id) for package_id in ids])
    story = Story(
        packages={int(item["package_id"]): stored_package(item) for item in found},
        pending={int(item["package_id"]) for item in found if keys.PENDING in item},
        planned={int(item["package_id"]) for item in found if PLAN in item and item["status"] not in CLOSED},
        live={live.package_id for live in to_order(order).live},
        sequence=int(order["sequence"]),
        events=[item for item in items if item.get("kind") == keys.EVENT and item["seller_id"] == seller_id],
    )
    named = sorted({key for stored in story.packages.values() for key in _named(stored)})
    for item in table.batch_get([keys.cancellation(key) for key in named]):
        story.cancellations[item["cancellation_id"]] = item
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


def ending(story: Story) -> dict[str, Any]:
    """What became of an order, without what depends on when things were done."""
    return {
        "packages": {
            package.package_id: (package.status, [(line.line_id, line.status, line.quantity) for line in package.lines])
            for package in _packages(story)
        },
        "events": [(int(event["package_id"]), event["status"]) for event in story.events],
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


def _named(stored: StoredPackage) -> set[str]:
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


def _require(promise: int, what: str, *, holds: bool) -> None:
    if not holds:
        raise PromiseBrokenError(f"promise {promise}: {what}")


def _packages(story: Story) -> Iterable[Package]:
    return (stored.package for stored in story.packages.values())


def _never_more_than_there_is(story: Story, units: Units) -> None:
    cancelled: Counter[int] = Counter()
    live: Counter[int] = Counter()
    seen: Counter[tuple[int, str]] = Counter()
    for package in _packages(story):
        for line in package.lines:
            if package.status not in CLOSED:
                live[line.line_id] += line.quantity
            elif line.status is Status.UNSUPPLIED:
                cancelled[line.line_id] += line.quantity
            if package.status not in CLOSED or line.status is Status.UNSUPPLIED:
                seen.update((line.line_id, unit.unit_id) for unit in line.units)
    _require(1, f"ordered {units.ordered}, cancelled {cancelled}, live {live}", holds=units.ordered == cancelled + live)
    _require(1, "cancelled more than was accepted", holds=cancelled <= units.taken)
    _require(1, f"a unit in two places: {seen}", holds=all(count == 1 for count in seen.values()))
    for stored in story.packages.values():
        _require(1, f"{stored.package.package_id} has {stored.state.left} left", holds=_left_is_right(stored))
    open_ids = {package.package_id for package in _packages(story) if package.status not in CLOSED}
    _require(1, f"the order knows {story.live} as live, they are {open_ids}", holds=story.live == open_ids)


def _left_is_right(stored: StoredPackage) -> bool:
    """What a live package can still give is what it has and nobody was promised."""
    left = Counter({line.line_id: line.quantity for line in stored.package.lines})
    for waiting in stored.reservations:
        left.subtract(waiting.units)
    return stored.package.status in CLOSED or left == Counter(stored.state.left)


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
    waits = Counter(waiting.cancellation_id for each in story.packages.values() for waiting in each.reservations)
    for key, item in story.cancellations.items():
        _require(2, f"{key} waits on {waits[key]} packages", holds=int(item["packages_waiting"]) == waits[key])


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
                known = {int(each) for each in story.cancellations[key]["successor_ids"]}
                _require(4, f"{key} does not know {package.package_id}", holds=package.package_id in known)


def _refusals_name_the_live(story: Story) -> None:
    """Of a replaced package, the live ones that it names without a further look are those in which its units are."""
    for package_id, stored in story.packages.items():
        heirs = stored.state.heirs
        _require(3, f"{package_id} lives, and has {heirs}", holds=not heirs or stored.package.status in CLOSED)
        sure = {heir for heir, is_live in heirs.items() if is_live}
        _require(3, f"{package_id} names {sure} as live", holds=sure <= story.live)
        descendants = {each for heir in heirs for each in _live_descendants(story, heir)}
        live = set(_live_descendants(story, package_id)) - {package_id}
        _require(3, f"{package_id} leads to {descendants}, not to {live}", holds=descendants == live)


def _live_descendants(story: Story, package_id: int) -> Iterable[int]:
    package = story.packages[package_id].package
    if package.status not in CLOSED:
        yield package_id
    for successor_id in package.successor_ids:
        yield from _live_descendants(story, successor_id)


def _events_tell_all(story: Story) -> None:
    """Each transition is told once, in an unbroken order, the end of a package before the birth of its successor."""
    sequences = [int(event["sequence"]) for event in story.events]
    _require(4, f"events {sequences} of {story.sequence}", holds=sequences == list(range(1, story.sequence + 1)))
    told: dict[int, list[str]] = {}
    places = {(int(event["package_id"]), event["status"]): int(event["sequence"]) for event in story.events}
    for event in story.events:
        told.setdefault(int(event["package_id"]), []).append(event["status"])
    for package in _packages(story):
        entered = _entered(story, package)
        _require(2, f"{package.package_id} entered {entered}", holds=told.get(package.package_id, []) == entered)
        for successor_id in package.successor_ids:
            born = min(place for (each, _), place in places.items() if each == successor_id)
            ended = places[package.package_id, package.status.value]
            _require(4, f"{successor_id} was born before its parent ended", holds=ended < born)


def _entered(story: Story, package: Package) -> list[str]:
    """The statuses that the package itself entered: its history without its parent's, or what it was imported with."""
    before = (
        story.imported_history
        if package.parent_id is None
        else len(story.packages[package.parent_id].package.history) - 1
    )
    return [str(entry.status) for entry in package.history[before:]]


def _nothing_can_be_forgotten(story: Story) -> None:
    waiting = story.planned | {package_id for package_id, stored in story.packages.items() if stored.reservations}
    _require(5, f"waiting {waiting}, listed {story.pending}", holds=waiting == story.pending)


def check_settled(story: Story, units: Units) -> None:
    """Promise 5 of a world that had time: everything accepted is applied, every event fanned out."""
    check_promises(story, units)
    _require(5, f"still waiting: {story.pending}", holds=not story.pending)
    unsent = [int(event["sequence"]) for event in story.events if keys.PENDING in event]
    _require(5, f"events not fanned out: {unsent}", holds=not unsent)
    late = [key for key, item in story.cancellations.items() if "applied_at" not in item]
    _require(5, f"never applied: {late}", holds=not late)
