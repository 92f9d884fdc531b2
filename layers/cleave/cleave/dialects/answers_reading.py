"""Answers of the endpoints for reading back and for dry runs. Times are epoch milliseconds.

This package's renderers write them, and docs/openapi.json documents them. No function loads this module.
"""

from typing import Literal, NotRequired, TypedDict

from cleave.dialects.answers_webhooks import ShownDelivery
from cleave.dialects.hepsiglobal.answers import Problem
from cleave.dialects.trendyol.answers import TrendyolError
from cleave.domain.dialect import Dialect
from cleave.domain.reasons import CancelledBy

type State = Literal["accepted", "applied"]


class Units(TypedDict):
    """A number of units of a line."""

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
    """The units that the cancellation takes, or took, from one package, and their state. An expired package has no
    ``status``."""

    shipmentPackageId: int
    state: State
    status: str | None
    lines: list[Units]
    successorIds: list[int]


class FoundCancellation(CancellationFacts):
    """One of the caller's own cancellations. ``orderNumber`` is null if all its packages have expired. Packages in
    ``unreadablePackageIds`` are damaged in store: it is not known whether they were split."""

    cancellationId: str
    orderNumber: str | None
    packages: list[CancelledPackage]
    unreadablePackageIds: NotRequired[list[int]]


class TimelineLine(TypedDict):
    """Units of a line. ``waiting`` of them are about to be cancelled. ``cancellationId`` names the caller's own
    cancellation that took them."""

    lineId: int
    orderItemNumber: str
    quantity: int
    waiting: int
    status: str
    cancellationId: str | None


class TimelinePackage(TypedDict):
    """A package, listed right before its successors; ``depth`` is its level in the tree. Units that live on in another
    package are listed only there. ``plannedIds`` are packages that an accepted split is about to make."""

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
    """``cancellationId`` is null for others' cancellations: a channel's for a seller, a seller's for a channel."""

    date: int
    type: Literal["cancellation.accepted"]
    cancellationId: str | None
    packages: list[ClaimedPackage]


class CancellationApplied(TypedDict):
    """The last package of the cancellation was split."""

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
    """One seller's part of the order, in order of time. ``unreadablePackageIds`` are packages that are damaged in
    store; ``unreadable`` names other damaged items. ``deliveriesLeftOut`` counts the deliveries of an event that has
    more than an answer can hold."""

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
    """``repeated``: it was accepted before, so nothing more would happen."""

    cancellationId: str | None
    repeated: bool


class DryRunLine(TypedDict):
    """Units, with the status that they would get."""

    lineId: int
    orderItemNumber: str
    quantity: int
    status: str


class CancelledLine(DryRunLine):
    """``requested``: this request takes the units; otherwise a waiting cancellation does."""

    requested: bool


class Successor(TypedDict):
    """The package that would replace the old one. It gets its id when it is made."""

    status: str
    lines: list[DryRunLine]


class DryRunPackage(TypedDict):
    """A package after a split with all waiting cancellations. ``successor`` null: no unit would be left."""

    shipmentPackageId: int
    status: str
    cancelledLines: list[CancelledLine]
    successor: Successor | None


class DryRunFacts(TypedDict):
    """``status`` is the one that the cancel itself would get, ``refusal`` its body, with every reason."""

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
