"""Events on their way to subscribers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from urllib.parse import quote

from cleave.domain.circuit import Circuit, RetryPolicy
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Dialect, Subscription

# The lanes of a subscription share this many tracks, each drained by one invocation at a time: so many requests at
# most are under way to one receiver, however slow it is and however much waits for it.
TRACKS = 8


class DeliveryState(StrEnum):
    """Every delivery is in one of these, and can be sent again from any."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Lane:
    """What is delivered strictly in order: the events of one seller's order to one subscription."""

    subscription_id: str
    seller_id: int
    order_number: str

    @property
    def track(self) -> int:
        """All of a lane is on one track."""
        digest = blake2b(f"{self.seller_id}#{self.order_number}".encode(), digest_size=4).digest()
        return int.from_bytes(digest) % TRACKS


@dataclass(frozen=True, slots=True)
class Slot:
    """A delivery's place in its subscription's queue: when it was queued (epoch ms, growing along a lane), and its
    number in the lane, from 1 without gaps."""

    queued_ms: int
    lane: Lane
    number: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one subscription: an event, or in the HepsiGlobal dialect one cancelled item (``part``) of it.

    ``previous_ms`` is when the one before it in its lane was queued, None for the first.
    ``last_answer`` is the receiver's status code or the kind of failure in a word.
    """

    slot: Slot
    previous_ms: int | None
    event_sequence: int
    part: int | None
    state: DeliveryState
    attempts: int
    created_at: datetime
    first_attempt_at: datetime | None
    attempted_at: datetime | None
    delivered_at: datetime | None
    last_answer: str | None

    @property
    def message_id(self) -> str:
        """The ``webhook-id``: the same for every attempt and every replay.

        ASCII, for a header, and without the full stop, which ends it in what is signed.
        """
        lane = self.slot.lane
        order_number = quote(lane.order_number, safe="").replace(".", "%2E")
        part = "" if self.part is None else f"-{self.part}"
        return f"{lane.seller_id}-{order_number}-{self.event_sequence}{part}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered. ``status`` None: nothing, for the reason ``error``, in a word.

    ``retry_after`` is in seconds. ``excerpt`` is how the body begins, without secrets.
    """

    status: int | None
    error: str | None
    retry_after: int | None
    latency_ms: int
    excerpt: str

    @property
    def ok(self) -> bool:
        """2xx alone is success; a redirect is not followed and is none."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's numbers

    @property
    def word(self) -> str:
        """The status code, or the kind of failure."""
        return str(self.status) if self.status is not None else str(self.error)


def parts_for(subscription: Subscription, event: PackageEvent) -> list[int | None]:
    """The messages that an event makes for a subscription: itself, or the places of its cancelled lines.

    A channel is not told of cancellations that it reported itself: two services that subscribe to each other would
    take an item back and forth until none is left.
    """
    if not subscription.wants(event):
        return []
    if subscription.dialect is Dialect.TRENDYOL:
        return [None]
    own = f"hepsiglobal#{subscription.owner.partition(':')[2]}#"
    places = enumerate(event.package.lines)
    return [n for n, line in places if line.cancelled and not line.cancelled.cancellation_id.startswith(own)]


def is_exhausted(delivery: Delivery, circuit: Circuit, policy: RetryPolicy, at: datetime) -> bool:
    """Whether a delivery that failed again is given up, so that its lane can go on.

    Only the message can be at fault: it has had every step of the schedule, for the whole window, and its receiver
    has taken others since. A receiver that is down exhausts nothing.
    """
    first = delivery.first_attempt_at or at
    had_all_steps = delivery.attempts + 1 > len(policy.steps) and at - first >= policy.window
    return had_all_steps and circuit.failing_since > first
