"""The receivers of all owners: which of them fail, and how many deliveries wait for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cleave.domain.circuit import Circuit
from cleave.domain.subscription import PassiveReason, Subscription, SubscriptionStatus
from cleave.store.circuits import read_circuits
from cleave.store.deliveries import waiting_since
from cleave.store.due import SHARDS, DueKind, due_entries
from cleave.store.subscriptions import list_subscriptions, read_subscriptions
from cleave.store.tracks import busy_tracks
from cleave.table.table import Table

# Counting waiting deliveries takes up to two hundred round trips a page.
PAGE = 25
MOST_FAILING = 100
COUNTED = 25
# A probe may be due this far ahead.
_AHEAD = timedelta(days=7)
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Backlog:
    """The number of waiting deliveries, or the limit up to which they were counted, and the time of the first one's
    event."""

    count: int = 0
    is_more: bool = False
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """A webhook and its receiver's state. ``circuit`` None: the receiver took its last request."""

    subscription: Subscription
    circuit: Circuit | None
    backlog: Backlog = field(default_factory=Backlog)

    @property
    def is_open(self) -> bool:
        """Whether only probes are sent to it."""
        return self.circuit is not None and self.circuit.is_open

    @property
    def failing_since(self) -> datetime | None:
        """The time of the first failed request since the receiver last took one."""
        return None if self.circuit is None else self.circuit.failing_since


@dataclass(frozen=True, slots=True)
class ReceiverPage:
    """``unreadable`` are ids of webhooks whose items are damaged. ``then`` is the place after which the next page
    begins; None at the end."""

    receivers: Sequence[Receiver]
    unreadable: Sequence[str] = ()
    then: int | None = None


def list_receivers(table: Table, after: int | None = None) -> ReceiverPage:
    """All receivers, the newest webhook first. Each page begins with its failing ones, the longest failing first."""
    places = list_subscriptions(table, after, PAGE + 1)
    shown = places[:PAGE]
    found, unreadable = _receivers(table, [ref for _, ref in shown])
    return ReceiverPage(_failing_first(found), unreadable, shown[-1][0] if len(places) > PAGE else None)


def failing_receivers(table: Table, at: datetime) -> ReceiverPage:
    """Receivers that only get probes, and webhooks that were turned off for failing; the longest failing first."""
    due = (each for shard in range(SHARDS) for each in due_entries(table, shard, at + _AHEAD, _LOOKED_AT))
    names = [str(each.subscription_id) for each in due if each.kind is DueKind.CIRCUIT]
    open_ = [(owner, name) for name, (owner, _) in read_circuits(table, names[:MOST_FAILING]).items()]
    off = [ref for _, ref in list_subscriptions(table, None, MOST_FAILING, SubscriptionStatus.PASSIVE)]
    found, unreadable = _receivers(table, [*dict.fromkeys([*open_, *off])])
    failing = _failing_first(each for each in found if each.is_open or _is_lost(each.subscription))
    return ReceiverPage(failing[:MOST_FAILING], unreadable)


def _is_lost(subscription: Subscription) -> bool:
    return subscription.passive_reason in {PassiveReason.FAILING, PassiveReason.GONE}


def _receivers(table: Table, refs: Sequence[tuple[str, str]]) -> tuple[list[Receiver], list[str]]:
    """The receivers, and the ids of webhooks that cannot be read."""
    subscriptions, unreadable = read_subscriptions(table, refs)
    circuits = read_circuits(table, [each.subscription_id for each in subscriptions])
    found = [(each, circuits.get(each.subscription_id, ("", None))[1]) for each in subscriptions]
    return [Receiver(each, circuit, _backlog(table, each, circuit)) for each, circuit in found], unreadable


def _backlog(table: Table, subscription: Subscription, circuit: Circuit | None) -> Backlog:
    """The waiting deliveries of the tracks that have work; the other tracks have none."""
    name = subscription.subscription_id
    fails = circuit is not None or not subscription.is_active
    tracks = range(subscription.tracks) if fails else busy_tracks(table, name)
    waiting = waiting_since(table, name, tracks, COUNTED + 1)
    first = [each[0] for each in waiting if each]
    count = sum(min(len(each), COUNTED) for each in waiting)
    return Backlog(count, any(len(each) > COUNTED for each in waiting), min(first, default=None))


def _failing_first(receivers: Iterable[Receiver]) -> list[Receiver]:
    """Failing ones first, the others in the order in which they were read."""
    return sorted(receivers, key=_urgency)


def _urgency(receiver: Receiver) -> tuple[bool, bool, float]:
    since = receiver.failing_since
    well = not receiver.is_open and not _is_lost(receiver.subscription)
    return well, since is None, 0.0 if since is None else since.timestamp()
