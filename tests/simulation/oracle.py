"""Whether the promises were kept, of a world that has come to rest."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cleave.domain.events import Event
from cleave.domain.recipients import Recipient, messages_of, selection_for
from cleave.domain.subscription import PayloadFormat
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.deliveries import deliveries_of
from cleave.store.delivery_items import to_delivery
from cleave.store.events import to_event
from cleave.table.attributes import to_item

from tests.simulation.book import Book, Hook, OrderBook, Wish
from tests.simulation.items import Items
from tests.simulation.receivers import Told
from tests.simulation.world import World
from tests.support.stories import PromiseBrokenError, Story, check_promises, check_settled, read_story, recorded_units

# What is accepted is split within a second where nothing is wrong; with a damaged neighbour, once that is given up.
APPLIED_WITHIN_MS = 40_000
# An invocation that began before a webhook's end may go on for so long.
LAST_INVOCATION_MS = 61_000


@dataclass
class Oracle:
    """Says what was broken, in words; nothing is broken where it says nothing."""

    world: World
    book: Book

    def broken(self) -> Iterator[str]:
        yield from self.book.broken
        yield from self.world.invocations.failed
        yield from self._unrest()
        stories = {place: read_story(self.world.table, *place) for place in self.book.orders}
        for place, order in self.book.orders.items():
            yield from self._settled(place, stories[place])
            yield from self._kept(order, stories)
        if self.book.is_calm:
            yield from self._late()
        events = {(each.seller_id, each.order_number, each.first): each for each in self._events()}
        for hook in self.book.hooks:
            yield from self._entitled(hook, events)
            yield from self._told(hook, list(events.values()))

    def now(self, order: OrderBook) -> Iterator[str]:
        """What holds at every moment, in the midst of everything."""
        story = read_story(self.world.table, order.seller_id, order.number)
        try:
            check_promises(story, recorded_units(story, ordered_units(story)))
        except PromiseBrokenError as broken:
            yield f"at {self.world.scheduler.now:.0f} ms {order.seller_id} {order.number}: {broken}"

    def forgotten(self) -> Iterator[str]:
        """What waits for a webhook that is on, when nothing is left to do."""
        items = self.world.engine.items
        for hook in self.book.hooks:
            key = webhook_keys.subscription(hook.owner, hook.hook_id)
            image = items.get((key[keys.PARTITION], key[keys.SORT]))
            waiting = owed(items, hook.hook_id)
            if waiting and image is not None and image["status"]["S"] == "ACTIVE" and self.world.next_due() is None:
                yield f"{hook.receivers[-1].url} is on, {waiting} wait, and nobody will look"

    def _unrest(self) -> Iterator[str]:
        """What is still due, or was given up."""
        if self.world.next_due() is not None:
            entries = self.world.engine.items.indexes["due"].entries.values()
            yield f"still due: {[place for each in entries for place in each]}"
        if self.world.queue.dead and self.book.is_calm and not self.world.excused:
            yield f"{len(self.world.queue.dead)} messages in the queue of dead letters"

    def _events(self) -> Iterator[Event]:
        items = self.world.engine.items
        for partition in sorted(items.sorts):
            if partition.startswith("ORDER#"):
                for sort, image in items.partition(partition):
                    if sort.startswith(keys.EVENT_PREFIX):
                        yield to_event(to_item(image))

    # ------------------------------------------------------------------------------------------------------- orders

    def _settled(self, place: tuple[int, str], story: Story) -> Iterator[str]:
        try:
            check_settled(story, recorded_units(story, ordered_units(story)))
        except PromiseBrokenError as broken:
            yield f"{place}: {broken}"

    def _kept(self, order: OrderBook, stories: dict[tuple[int, str], Story]) -> Iterator[str]:
        """What callers were answered: a channel's cancel takes units from the packages of any seller of the order."""
        recorded = {
            name: item
            for (_, number), story in stories.items()
            if number == order.number
            for name, item in story.cancellations.items()
        }
        for asked in order.asked:
            if lost := asked.recorded - recorded.keys():
                yield f"accepted, and no package names them: {lost}"
            for name in asked.recorded & recorded.keys():
                taken = sum(sum(map(int, lines.values())) for lines in recorded[name]["units"].values())
                if asked.units not in {None, taken}:
                    yield f"{name} took {taken} units, not {asked.units}"
        packages = stories[order.seller_id, order.number].packages
        for package_id, promised in order.promised.items():
            found = held(packages[package_id].package.lines) if package_id in packages else None
            if found != promised:
                yield f"package {package_id} was promised with {promised}, and has {found}"

    def _late(self) -> Iterator[str]:
        """Of a run in which nothing was done to the service: accepted ones are applied in their usual time."""
        for name, at in self.book.recorded.items():
            applied = self.book.applied.get(name)
            packages = {int(each) for each in self._cancelled(name)}
            if applied is not None and applied - at > APPLIED_WITHIN_MS and not packages & self.book.poisoned:
                yield f"{name} was accepted at {at:.0f} ms, and applied {applied - at:.0f} ms later"

    def _cancelled(self, name: str) -> list[str]:
        key = order_keys.cancellation(name)
        image = self.world.engine.items.get((key[keys.PARTITION], key[keys.SORT]))
        return [] if image is None else list(image["units"]["M"])

    # ----------------------------------------------------------------------------------------------------- webhooks

    def _entitled(self, hook: Hook, events: dict[tuple[int, str, int], Event]) -> Iterator[str]:
        """Who is told was decided by what was wished for when it happened."""
        for happened in self.book.events:
            event = events.get((happened.seller_id, happened.number, happened.first))
            wish = hook.wish_between(happened.begun, happened.step)
            if event is None or wish is None:
                continue
            telling = event.told.get(hook.hook_id)
            count = 0 if telling is None else telling.count
            if count != wanted(hook, wish, event):
                yield f"{hook.receivers[-1].url} wanted {wanted(hook, wish, event)} of {happened}, and is told {count}"

    def _told(self, hook: Hook, events: list[Event]) -> Iterator[str]:
        told = sorted((each for receiver in hook.receivers for each in receiver.told), key=lambda each: each.at)
        told = [each for each in told if not each.webhook_id.startswith("test-")]
        if hook.gone_maybe:
            late = [each for each in told if hook.ended is not None and each.at > hook.ended + LAST_INVOCATION_MS]
            if late:
                yield f"{hook.receivers[-1].url} ended at {hook.ended:.0f} ms, and was told {late[0]}"
            return
        lanes: dict[tuple[int, str], list[tuple[str, int]]] = {}
        for event in events:
            lanes.setdefault((event.seller_id, event.order_number), []).extend(_messages(hook, event))
        exhausted = self._exhausted(hook)
        for place, expected in lanes.items():
            if place not in exhausted:
                yield from _in_order(hook, expected, told)
        known = {name for lane in lanes.values() for name, _ in lane}
        if strange := {each.webhook_id for each in told} - known:
            yield f"{hook.receivers[-1].url} was told {strange}, of which no event knows"

    def _exhausted(self, hook: Hook) -> set[tuple[int, str]]:
        """Lanes on which a message was given up, as the list of deliveries shows."""
        found = set()
        for sort, image in self.world.engine.items.partition(webhook_keys.settled_partition(hook.hook_id)):
            delivery = to_delivery({**to_item(image), "sk": sort})
            if any(outcome.state == "exhausted" for outcome in delivery.outcomes.values()):
                found.add((delivery.lane.seller_id, delivery.lane.order_number))
        return found


def owed(items: Items, hook_id: str) -> list[str]:
    """The deliveries that wait, but for those that were told and that nobody asked for since.

    The stream may bring an old event again, and its fan-out die between the put and the ring: what it put is no
    message, and the next drain of the track deletes it.
    """
    settled = set(items.sorts.get(webhook_keys.settled_partition(hook_id), ()))
    waiting = [each for track in range(2) for each in items.partition(webhook_keys.waiting_partition(hook_id, track))]
    return [place for place, image in waiting if "asked" in image or place not in settled]


def wanted(hook: Hook, wish: Wish, event: Event) -> int:
    """How many messages of the event the wish makes."""
    if not wish.on or event.seller_id not in hook.sellers:
        return 0
    payload = PayloadFormat.HEPSIGLOBAL if hook.is_channels else PayloadFormat.TRENDYOL
    recipient = Recipient(hook.hook_id, hook.owner, payload, wish.statuses, is_wanted=True, tracks=1)
    selection = selection_for(recipient, event.packages, event.topic)
    return len(messages_of(selection, hook.owner, event.packages, event.topic))


def _messages(hook: Hook, event: Event) -> Iterator[tuple[str, int]]:
    """Ids and numbers of what the event says that the webhook is told."""
    for _, delivery in deliveries_of(event):
        if delivery.lane.subscription_id == hook.hook_id:
            yield from ((delivery.message_id(place), delivery.number(place)) for place in range(delivery.count))


def _in_order(hook: Hook, expected: list[tuple[str, int]], told: list[Told]) -> Iterator[str]:
    """Each at least once, the first tellings in the order of the events, and numbered without a gap."""
    names = {name for name, _ in expected}
    first = {each.webhook_id: each for each in reversed(told) if each.taken and each.webhook_id in names}
    in_order = list(dict.fromkeys(each.webhook_id for each in told if each.taken and each.webhook_id in names))
    heard = [(name, first[name].sequence) for name in in_order]
    if heard != expected:
        yield f"{hook.receivers[-1].url} was told {heard}, not {expected}"
    numbers = [number for _, number in expected]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{hook.receivers[-1].url} is told numbers {numbers}"


def ordered_units(story: Story) -> Counter[int]:
    """What the packages that came in had; successors have units of theirs."""
    ordered: Counter[int] = Counter()
    for state in story.packages.values():
        if state.package.parent_id is None:
            ordered += held(state.package.lines)
    return ordered


def held(lines: object) -> Counter[int]:
    """Units by line; a line may stand there twice."""
    units: Counter[int] = Counter()
    for line in lines:  # type: ignore[attr-defined] # lines of packages
        units[line.line_id] += line.quantity
    return units
