"""An order's events, and their recipients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from cleave.domain.domain_events import Topic
from cleave.domain.order import LaneEnd, Order
from cleave.domain.package import Package
from cleave.domain.recipients import Recipient, Telling, messages_of, selection_for

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one seller's order: packages that entered a status, in this order, or another change that ``topic``
    names.

    Each package counts as one event: they have the numbers ``first``, ``first`` + 1, … among the order's events, which
    count from 1 without gaps. ``packages`` never change afterwards. ``at`` grows from event to event of an order.
    ``told`` maps a subscription's id to its messages. ``correlation_id`` names the requests that caused the change,
    separated by spaces.
    """

    order_number: str
    seller_id: int
    first: int
    at: datetime
    packages: tuple[Package, ...]
    told: Mapping[str, Telling] = field(default_factory=dict)
    correlation_id: str = ""
    topic: Topic = Topic.STATUS

    def sequence(self, place: int) -> int:
        """The number of one of its packages, by place."""
        return self.first + place


@dataclass(frozen=True, slots=True)
class Announcement:
    """The ``events`` of one change, and the ``order`` with its counters after them."""

    events: tuple[Event, ...]
    order: Order


def announce(
    order: Order,
    groups: Sequence[Sequence[Package]],
    recipients: Sequence[Recipient],
    at: datetime,
    correlation_id: str = "",
    topic: Topic = Topic.STATUS,
) -> Announcement:
    """The events of a change, one for each of ``groups``: packages that are kept together in one item.

    ``at`` has to be later than the order's last event (``Order.next_at``). It has to be read before ``recipients`` are:
    a subscription that changes in between counts from the next event on. Lanes of subscriptions that are no longer
    recipients are dropped.
    """
    known = {each.subscription_id for each in recipients}
    order = replace(order, told={name: end for name, end in order.told.items() if name in known})
    events: list[Event] = []
    for group in groups:
        told = _tell(order, group, recipients, topic)
        first = order.sequence + 1
        events.append(Event(order.order_number, order.seller_id, first, at, tuple(group), told, correlation_id, topic))
        ends = {name: LaneEnd(each.first + each.count - 1, at) for name, each in told.items()}
        order = replace(order, sequence=order.sequence + len(group), last_at=at, told={**order.told, **ends})
        at += _MILLISECOND
    return Announcement(tuple(events), order)


def _tell(
    order: Order, packages: Sequence[Package], recipients: Sequence[Recipient], topic: Topic
) -> dict[str, Telling]:
    told: dict[str, Telling] = {}
    for recipient in recipients:
        selection = selection_for(recipient, packages, topic)
        count = len(messages_of(selection, recipient.owner, packages, topic))
        if count:
            end = order.told.get(recipient.subscription_id)
            told[recipient.subscription_id] = Telling(
                owner=recipient.owner,
                track=track_of(order.seller_id, order.order_number, recipient.tracks),
                selection=selection,
                count=count,
                first=1 if end is None else end.number + 1,
                previous_at=None if end is None else end.at,
            )
    return told


def track_of(seller_id: int, order_number: str, tracks: int) -> int:
    """The track on which all messages of a seller's order to a subscription are."""
    digest = blake2b(f"{seller_id}#{order_number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % tracks


@dataclass(frozen=True, slots=True)
class EventNote:
    """One package's part of an event, without the package, which may have thousands of units."""

    sequence: int
    at: datetime
    package_id: int
    storefront: str
    status: str
    correlation_id: str
    topic: Topic = Topic.STATUS
