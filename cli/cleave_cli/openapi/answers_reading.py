"""What the endpoints that read back answer. Times are epoch milliseconds."""

from typing import Literal

from cleave.domain.package import Status
from cleave.domain.reasons import CancelledBy, Reason
from pydantic import Field

from cleave_cli.openapi.answers import AnswerModel, Problem, TrendyolError
from cleave_cli.openapi.answers_webhooks import ShownDelivery

type State = Literal["accepted", "applied"]


class Units(AnswerModel):
    """So many units of a line."""

    lineId: int
    quantity: int


class CancellationFacts(AnswerModel):
    """``accepted`` until all its packages are split. ``reasonId`` 0 is a reason that Trendyol does not have."""

    dialect: Literal["trendyol", "hepsiglobal"]
    state: State
    reason: Reason
    reasonId: int
    cancelledBy: CancelledBy
    shouldKeepPreviousStatus: bool
    acceptedDate: int
    appliedDate: int | None
    correlationId: str


class CancelledPackage(AnswerModel):
    """What the cancellation takes, or took, from one package, and what became of that one."""

    shipmentPackageId: int
    state: State
    status: Status
    lines: list[Units]
    successorIds: list[int]


class FoundCancellation(CancellationFacts):
    """One of the caller's own cancellations."""

    cancellationId: str
    orderNumber: str
    packages: list[CancelledPackage]


class TimelineLine(AnswerModel):
    """Units of a line. ``waiting`` of them are about to be cancelled; ``cancellationId`` says by what they were, where
    that was the caller's own doing."""

    lineId: int
    orderItemNumber: str
    quantity: int
    waiting: int
    status: Status
    cancellationId: str | None


class TimelinePackage(AnswerModel):
    """A package right before those that came of it; ``depth`` is how far down the tree it stands. Units that live on in
    another package stand there only. ``plannedIds`` are those that an accepted split is about to make."""

    shipmentPackageId: int
    depth: int
    parentId: int | None
    successorIds: list[int]
    plannedIds: list[int]
    status: Status
    createdBy: str
    createdDate: int
    lastModifiedDate: int
    lines: list[TimelineLine]


class ClaimedPackage(AnswerModel):
    """What a cancellation takes from a package of this page."""

    shipmentPackageId: int
    lines: list[Units]


class CancellationAccepted(CancellationFacts):
    """``cancellationId`` is null for somebody else's: a channel's for a seller, a seller's for a channel."""

    date: int
    type: Literal["cancellation.accepted"]
    cancellationId: str | None
    packages: list[ClaimedPackage]


class CancellationApplied(AnswerModel):
    """The last of its packages was split."""

    date: int
    type: Literal["cancellation.applied"]
    cancellationId: str | None


class TimelineEvent(AnswerModel):
    """A package entered a status."""

    date: int
    type: Literal["event"]
    sequence: int
    shipmentPackageId: int
    status: Status
    correlationId: str


class TimelineDelivery(ShownDelivery):
    """The event with the sequence ``event``, told to the webhook ``subscription``; ``date`` is when that was queued."""

    date: int
    type: Literal["delivery"]
    event: int
    subscription: str


class TimelinePart(AnswerModel):
    """One seller's part of the order, in order of time. ``unreadablePackageIds`` are of packages that are damaged in
    store; ``deliveriesLeftOut`` counts what one event has more than an answer takes."""

    sellerId: int
    unreadablePackageIds: list[int] = Field(default_factory=list)
    deliveriesLeftOut: int = 0
    packages: list[TimelinePackage]
    timeline: list[CancellationAccepted | CancellationApplied | TimelineEvent | TimelineDelivery]


class Timeline(AnswerModel):
    """The parts that the caller may see."""

    orderNumber: str
    parts: list[TimelinePart]
    hasMore: bool
    nextCursor: str | None


class RehearsedName(AnswerModel):
    """``repeated``: it was accepted before, and nothing more would happen."""

    cancellationId: str
    repeated: bool


class RehearsedLine(AnswerModel):
    """Units, and the status that they would get."""

    lineId: int
    orderItemNumber: str
    quantity: int
    status: Status


class CancelledLine(RehearsedLine):
    """``requested`` by this very request; else a cancellation that waits already takes them."""

    requested: bool


class Successor(AnswerModel):
    """The package that would take the place of the old one; its id is made when it is."""

    status: Status
    lines: list[RehearsedLine]


class RehearsedPackage(AnswerModel):
    """What would become of a package with all that waits on it; ``successor`` null: no unit would be left."""

    shipmentPackageId: int
    status: Status
    cancelledLines: list[CancelledLine]
    successor: Successor | None


class Rehearsed(AnswerModel):
    """``status`` is what the cancel itself would be answered with, ``refusal`` the body, with every reason in it."""

    accepted: bool
    status: int
    cancellations: list[RehearsedName]
    packages: list[RehearsedPackage]


class RehearsedInTrendyol(Rehearsed):
    """A dry run of a seller's cancel."""

    refusal: TrendyolError | None


class RehearsedInHepsiGlobal(Rehearsed):
    """A dry run of a cancel that a channel reports."""

    refusal: Problem | None
