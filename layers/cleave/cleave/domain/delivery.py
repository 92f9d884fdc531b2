"""Messages on their way to a subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from cleave.domain.circuit import Circuit, RetryPolicy
from cleave.domain.ids import order_in_id
from cleave.domain.recipients import Selection


class DeliveryState(StrEnum):
    """The states of a message. It can be sent again from any of them."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Lane:
    """A strictly ordered sequence: the events of one seller's order to one subscription."""

    subscription_id: str
    seller_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of one message: ``attempts`` since it was last asked for, the time of the last one, and its answer.

    ``answer`` is the receiver's status code or the kind of failure in a word.
    """

    state: DeliveryState
    attempts: int
    at: datetime
    answer: str
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """All messages of one event on one lane.

    ``event_at`` and the lane are its key: along a lane, deliveries sort by the times of their events. ``event`` is the
    number at which the event begins, ``first`` the number of its first message along the lane. ``previous_at`` is the
    time of the lane's previous event, None for the first. Messages have places from 0 to ``count``. Those before
    ``progress`` were sent or given up; those in ``again`` are sent once more, because a person asked for it. ``asked``
    names the last such request. ``attempts`` and ``first_attempt_at`` belong to the next message, which is not sent
    before ``not_before``. ``outcomes`` are by place; a message without one was not tried.
    """

    lane: Lane
    owner: str
    event_at: datetime
    event: int
    selection: Selection
    count: int
    first: int
    previous_at: datetime | None
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    progress: int = 0
    again: frozenset[int] = frozenset()
    asked: str | None = None
    attempts: int = 0
    first_attempt_at: datetime | None = None
    not_before: datetime | None = None

    @property
    def owed(self) -> list[int]:
        """The places of the messages that are still to be sent, in order."""
        return [place for place in range(self.count) if place >= self.progress or place in self.again]

    def number(self, place: int) -> int:
        """The ``webhook-sequence`` of a message."""
        return self.first + place

    def state(self, place: int) -> DeliveryState:
        outcome = self.outcomes.get(place)
        if outcome is None or place >= self.progress or place in self.again:
            return DeliveryState.WAITING
        return outcome.state

    def is_next(self, *, is_previous_settled: bool, forgotten_before: datetime) -> bool:
        """Whether no earlier delivery of its lane has to be sent: the previous one is settled, or no longer kept."""
        return self.previous_at is None or is_previous_settled or self.previous_at < forgotten_before

    def has_to_wait(self, at: datetime, *, works_since: datetime | None) -> bool:
        """Whether it waits for its retry. It does not if it failed before its receiver last counted as working."""
        if self.not_before is None or self.not_before <= at:
            return False
        failed = self.outcomes.get(self.owed[0])
        return works_since is None or failed is None or failed.at >= works_since

    def with_outcomes(self, outcomes: Mapping[int, Outcome]) -> "Delivery":
        """The delivery with further results of its messages."""
        return replace(self, outcomes=outcomes)

    def after(self, place: int, outcome: Outcome) -> "Delivery":
        """The delivery once a message was taken or given up."""
        return replace(
            self,
            outcomes={**self.outcomes, place: outcome},
            progress=max(self.progress, place + 1),
            again=self.again - {place},
            attempts=0,
            first_attempt_at=None,
            not_before=None,
        )

    def failed(self, place: int, outcome: Outcome, not_before: datetime) -> "Delivery":
        """The delivery once a request failed and is to be repeated."""
        return replace(
            self,
            outcomes={**self.outcomes, place: outcome},
            attempts=self.attempts + 1,
            first_attempt_at=self.first_attempt_at or outcome.at,
            not_before=not_before,
        )

    def message_id(self, place: int) -> str:
        """The ``webhook-id``: the same for every attempt and every replay.

        A package has the same one for every subscriber.
        """
        whole = self.selection.packages
        part = str(self.event + whole[place]) if place < len(whole) else f"{self.event}-{place}"
        return f"{self.lane.seller_id}-{order_in_id(self.lane.order_number)}-{part}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver's answer. ``status`` None: there was none, and ``error`` names the kind of failure.

    ``retry_after`` is in seconds. ``excerpt`` is the beginning of the body, without secrets.
    """

    status: int | None
    error: str | None
    retry_after: int | None
    latency_ms: int
    excerpt: str

    @property
    def ok(self) -> bool:
        """Only 2xx is success. Redirects are not followed and count as failures."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's numbers

    @property
    def word(self) -> str:
        """The status code, or the kind of failure."""
        return str(self.status) if self.status is not None else str(self.error)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to a receiver, as it is stored."""

    at: datetime
    status: int | None
    error: str | None
    latency_ms: int
    excerpt: str


def is_exhausted(delivery: Delivery, circuit: Circuit, policy: RetryPolicy, at: datetime) -> bool:
    """Whether a message that failed again is given up, so that its lane can go on.

    It is given up only if the message itself is at fault: it was tried at every step of the schedule, for the whole
    window, and its receiver has since taken others. If the receiver is down, no message is given up.
    """
    first = delivery.first_attempt_at or at
    had_all_steps = delivery.attempts + 1 > len(policy.steps) and at - first >= policy.window
    return had_all_steps and circuit.failing_since > first
