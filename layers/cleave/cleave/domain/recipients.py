"""The recipients of a seller's events, and the messages that an event makes for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cleave.domain.cancellation import Scope
from cleave.domain.dialect import Dialect
from cleave.domain.domain_events import Topic, domain_events
from cleave.domain.package import Package
from cleave.domain.status import Status
from cleave.domain.subscription import ITEMS_ONLY, ChannelEvent, PayloadFormat, Subscription, channel_of

# Recipients share one item, which each split of the seller's packages reads. The owner's count limits a seller's own
# webhooks; channels must not take the seller's room.
MAX_CHANNELS = 25


@dataclass(frozen=True, slots=True)
class Recipient:
    """The part of a subscription that a split needs. A subscription that its owner turned off gets no new events."""

    subscription_id: str
    owner: str
    payload: PayloadFormat
    statuses: frozenset[str]
    is_wanted: bool
    tracks: int
    countries: frozenset[str] = frozenset()
    channel_events: frozenset[ChannelEvent] = ITEMS_ONLY


def recipient_of(subscription: Subscription) -> Recipient:
    """The part of a subscription that its sellers' splits read."""
    return Recipient(
        subscription_id=subscription.subscription_id,
        owner=subscription.owner,
        payload=subscription.payload,
        statuses=subscription.statuses,
        is_wanted=subscription.is_wanted,
        tracks=subscription.tracks,
        countries=subscription.countries,
        channel_events=subscription.channel_events,
    )


class MessageKind(StrEnum):
    """The subject of a message: a package, a shipment, a cancelled line, or a fact of the change."""

    PACKAGE = "package"
    CANCELLED_LINE = "cancelled line"
    SHIPMENT_CANCELLED = "cancelled shipment"
    SHIPMENT_CREATED = "new shipment"
    SHIPMENT_MOVED = "shipment moved on"
    DOMAIN_EVENT = "domain event"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an event. ``package`` is a place in the event's packages, ``line`` a place in the package's lines,
    ``fact`` a place in the event's domain events."""

    kind: MessageKind
    package: int
    line: int | None = None
    fact: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The messages that a recipient gets about an event, in a few bytes, however many they are.

    ``packages`` are the places of the packages that are sent whole. ``cancelled_lines``: a message for each cancelled
    line. ``shipments``: messages about these changes of packages. ``domain_events``: a message for every fact.
    ``messages_of`` derives each message from it, from the owner, and from the event, which never changes.
    """

    packages: tuple[int, ...] = ()
    cancelled_lines: bool = False
    domain_events: bool = False
    shipments: frozenset[ChannelEvent] = frozenset()


@dataclass(frozen=True, slots=True)
class Telling:
    """The messages of one subscription about an event, decided when the event happened.

    ``count`` is the number of messages, ``first`` the number of the first along the subscription's lane.
    ``previous_at`` is the time of the lane's previous event, None for the first. ``owner`` is the webhook's owner,
    ``track`` the track of its messages about the order.
    """

    owner: str
    track: int
    selection: Selection
    count: int
    first: int
    previous_at: datetime | None


def selection_for(recipient: Recipient, packages: Sequence[Package], topic: Topic = Topic.STATUS) -> Selection:
    """The messages that a recipient wants about an event with these packages, all of one order. No dialect has a
    message about a carrier's number."""
    if not recipient.is_wanted or (recipient.countries and packages[0].sold_to not in recipient.countries):
        return Selection()
    if recipient.payload is PayloadFormat.CLOUDEVENTS:
        return Selection(domain_events=True)
    if topic is Topic.TRACKING:
        return Selection()
    if recipient.payload is PayloadFormat.TRENDYOL:
        return Selection(tuple(place for place, each in enumerate(packages) if _is_wanted(recipient, each)))
    return Selection(
        cancelled_lines=ChannelEvent.ITEM_CANCELLED in recipient.channel_events,
        shipments=recipient.channel_events - ITEMS_ONLY,
    )


def messages_of(
    selection: Selection, owner: str, packages: Sequence[Package], topic: Topic = Topic.STATUS
) -> tuple[Message, ...]:
    """The messages of a selection from an event with these packages, in the order in which they are sent."""
    whole = [Message(MessageKind.PACKAGE, place) for place in selection.packages]
    channels = [each for place in range(len(packages)) for each in _of_channel(selection, owner, packages, place)]
    facts = enumerate(domain_events(packages, topic)) if selection.domain_events else ()
    told = [Message(MessageKind.DOMAIN_EVENT, each.package, fact=number) for number, each in facts]
    return (*whole, *channels, *told)


def _is_wanted(recipient: Recipient, package: Package) -> bool:
    """Whether the statuses match the package. UnSupplied is a status of lines: it matches packages that have such a
    line."""
    if not recipient.statuses or package.status in recipient.statuses:
        return True
    return Status.UNSUPPLIED in recipient.statuses and any(line.status == Status.UNSUPPLIED for line in package.lines)


def _of_channel(selection: Selection, owner: str, packages: Sequence[Package], place: int) -> Iterator[Message]:
    """The cancelled lines of each package, then the package's own messages."""
    package = packages[place]
    if selection.cancelled_lines:
        yield from _cancelled_lines(owner, package, place)
    change, kind = _shipment_change(package)
    if change in selection.shipments:
        yield Message(kind, place)


def _shipment_change(package: Package) -> tuple[ChannelEvent, MessageKind]:
    if package.is_closed:
        return ChannelEvent.SHIPMENT_CANCELLED, MessageKind.SHIPMENT_CANCELLED
    if package.is_new:
        return ChannelEvent.SHIPMENT_CREATED, MessageKind.SHIPMENT_CREATED
    return ChannelEvent.SHIPMENT_MOVED, MessageKind.SHIPMENT_MOVED


def _cancelled_lines(owner: str, package: Package, place: int) -> Iterator[Message]:
    """A channel gets no message about cancellations that it reported itself; otherwise two services that subscribe to
    each other would cancel an item until none is left."""
    own = Scope(Dialect.HEPSIGLOBAL, channel_of(owner) or "")
    for number, line in enumerate(package.lines):
        if package.is_closed and line.cancelled and not own.holds(line.cancelled.cancellation_id):
            yield Message(MessageKind.CANCELLED_LINE, place, number)
