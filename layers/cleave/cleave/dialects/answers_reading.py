"""Answers of the endpoints for reading back and for dry runs. Times are epoch milliseconds.

Written by this package's renderers and documented in docs/openapi.json; loaded by neither when a function starts.
"""

from typing import Literal, NotRequired, TypedDict

from cleave.dialects.answers_webhooks import ShownDelivery
from cleave.dialects.hepsiglobal.answers import Problem
from cleave.dialects.trendyol.answers import TrendyolError
from cleave.domain.dialect import Dialect
from cleave.domain.reasons import CancelledBy

type State = Literal["accepted", "applied"]


class Units(TypedDict):
    """So many units of a line."""

    lineId: int
    quantity: int


class CancellationFacts(TypedDict):
    """``accepted`` until all its packages are split. ``reasonId`` 0 is a reason that Trendyol does not have."""

    dialect: Dialect
    state: State
    reason: str
    reasonId: int
    cancelledBy: CancelledBy
    shouldKeepPreviousStatus: bool
    acceptedDate: int
    appliedDate: int | None
    correlationId: str


class CancelledPackage(TypedDict):
    """The units that the cancellation takes, or took, from one package, and that package's state. An expired package
    has no ``status``."""

    shipmentPackageId: int
    state: State
    status: str | None
    lines: list[Units]
    successorIds: list[int]


class FoundCancellation(CancellationFacts):
    """One of the caller's own. ``orderNumber`` is null when the time of all its packages is over. Those in
    ``unreadablePackageIds`` are damaged in store: whether they were split is not known."""

    cancellationId: str
    orderNumber: str | None
    packages: list[CancelledPackage]
    unreadablePackageIds: NotRequired[list[int]]


class TimelineLine(TypedDict):
    """Units of a line. ``waiting`` of them are about to be cancelled; ``cancellationId`` says by what they were, where
    that was the caller's own doing."""

    lineId: int
    orderItemNumber: str
    quantity: int
    waiting: int
    status: str
    cancellationId: str | None


class TimelinePackage(TypedDict):
    """A package right before those that came of it; ``depth`` is how far down the tree it stands. Units that live on in
    another package stand there only. ``plannedIds`` are those that an accepted split is about to make."""

    shipmentPackageId: int
    depth: int
    parentId: int | None
    successorIds: list[int]
    plannedIds: list[int]
    status: str
    createdBy: str
    createdDate: int
    lastModifiedDate: int
    lines: list[TimelineLine]


class ClaimedPackage(TypedDict):
    """The units that a cancellation takes from a package of this page."""

    shipmentPackageId: int
    lines: list[Units]


class CancellationAccepted(CancellationFacts):
    """``cancellationId`` is null for another caller's: a channel's for a seller, a seller's for a channel."""

    date: int
    type: Literal["cancellation.accepted"]
    cancellationId: str | None
    packages: list[ClaimedPackage]


class CancellationApplied(TypedDict):
    """The last of its packages was split."""

    date: int
    type: Literal["cancellation.applied"]
    cancellationId: str | None


class TimelineEvent(TypedDict):
    """A package entered a status."""

    date: int
    type: Literal["event", "tracking"]
    sequence: int
    shipmentPackageId: int
    status: str
    correlationId: str


class TimelineDelivery(ShownDelivery):
    """The delivery of the event with the sequence ``event`` to the webhook ``subscription``; ``date`` is the
    event's."""

    date: int
    type: Literal["delivery"]
    event: int
    subscription: str


type TimelineEntry = CancellationAccepted | CancellationApplied | TimelineEvent | TimelineDelivery


class TimelinePart(TypedDict):
    """One seller's part of the order, in order of time. ``unreadablePackageIds`` are of packages that are damaged in
    store, ``unreadable`` says which other items are; ``deliveriesLeftOut`` counts what one event has more than an
    answer takes."""

    sellerId: int
    unreadablePackageIds: NotRequired[list[int]]
    unreadable: NotRequired[list[str]]
    deliveriesLeftOut: NotRequired[int]
    packages: list[TimelinePackage]
    timeline: list[TimelineEntry]


class Timeline(TypedDict):
    """The parts that the caller may see."""

    orderNumber: str
    parts: list[TimelinePart]
    hasMore: bool
    nextCursor: str | None


class DryRunCancellation(TypedDict):
    """``repeated``: it was accepted before, and nothing more would happen."""

    cancellationId: str | None
    repeated: bool


class DryRunLine(TypedDict):
    """Units, and the status that they would get."""

    lineId: int
    orderItemNumber: str
    quantity: int
    status: str


class CancelledLine(DryRunLine):
    """``requested`` by this very request; else a cancellation that waits already takes them."""

    requested: bool


class Successor(TypedDict):
    """The package that would take the place of the old one; its id is made when it is."""

    status: str
    lines: list[DryRunLine]


class DryRunPackage(TypedDict):
    """A package after a split with all waiting cancellations; ``successor`` null: no unit would be left."""

    shipmentPackageId: int
    status: str
    cancelledLines: list[CancelledLine]
    successor: Successor | None


class DryRunFacts(TypedDict):
    """``status`` is the status that the cancel itself would get, ``refusal`` its body, with every reason."""

    accepted: bool
    status: int
    cancellations: list[DryRunCancellation]
    packages: list[DryRunPackage]


class TrendyolDryRun(DryRunFacts):
    """A dry run of a seller's cancel."""

    refusal: TrendyolError | None


class HepsiGlobalDryRun(DryRunFacts):
    """A dry run of a cancel that a channel reports."""

    refusal: Problem | None
